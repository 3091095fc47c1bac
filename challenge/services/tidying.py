"""Removal of what nobody needs any more, a portion at a time: files of failed submissions, superseded results."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bigsite.outages import StorageDownError
from challenge.models import (
    Evaluation,
    EvaluationCurves,
    State,
    Submission,
    Uncertainty,
    in_state,
    ranked_versions,
    wanted_versions,
)
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.services.entries import delete_file_of
from challenge.services.jobs import MOST_AT_ONCE

logger = logging.getLogger(__name__)


def delete_files_of_failed(now: datetime | None = None) -> int:
    """Delete files of submissions that failed long ago by errors in the file; return their number.

    Files of submissions that failed by a fault of ours stay, because they can be scored again. So do all rows.
    """
    before = (now or timezone.now()) - timedelta(days=settings.FAILED_FILE_DAYS)
    tried_since = Evaluation.objects.filter(submission=OuterRef("pk"), claimed_at__gte=before)
    our_fault = Evaluation.objects.filter(submission=OuterRef("pk"), failure__in=Evaluation.OUR_FAULTS)
    failed = in_state(Submission.objects.order_by("created_at"), State.FAILED).filter(
        ~Exists(tried_since), ~Exists(our_fault), created_at__lt=before, file_deleted_at__isnull=True
    )
    pks = list(failed.exclude(file="").values_list("pk", flat=True)[:MOST_AT_ONCE])
    deleted = 0
    for pk in pks:
        try:
            delete_file_of(pk)
        except OSError as error:
            logger.error("The file of submission %s cannot be deleted: %s", pk, error)
            if isinstance(error, StorageDownError):
                break  # the next run does the others; each would wait for an answer
        else:
            deleted += 1
    return deleted


def prune_superseded() -> int:
    """Delete replicates and curves of scores that newer versions have replaced; return the number of evaluations.

    The scores stay, and what a release has frozen is in its archive. Curves go only if an earlier scorer made them: by
    earlier labels, an entry can be ranked again, and then only the replicates are computed again.
    """
    ranked, wanted = ranked_versions(), wanted_versions()
    if ranked is None or wanted is None or ranked != wanted:  # a switch is under way
        return 0
    shown = Evaluation.objects.by(ranked).filter(
        submission=OuterRef("submission"), scored_at__isnull=False, uncertainty__results_version__gt=""
    )
    superseded = Evaluation.objects.filter(Exists(shown), scored_at__isnull=False).exclude(
        ground_truth=ranked.ground_truth, scorer_version=ranked.scorer
    )
    large = Q(uncertainty__isnull=False) | Q(curves__isnull=False) & ~Q(scorer_version=SCORER_VERSION)
    pks = list(superseded.filter(large).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    Uncertainty.objects.filter(evaluation__in=pks).delete()
    EvaluationCurves.objects.filter(evaluation__in=pks).exclude(
        evaluation__scorer_version=SCORER_VERSION
    ).delete()
    return len(pks)
