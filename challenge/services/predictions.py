"""Published predictions: the files that anyone may download while their entries are ranked.

A file is written again from the values of the upload, so that it has no sign of the team: neither its file name, nor
comments, nor the names and times inside an archive. The sweep queues what is missing; a task writes it.
"""

import hashlib
import logging
from datetime import datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from challenge import files
from challenge.models import PredictionFile, Submission, benchmark_of
from challenge.models.jobs import JobQuerySet
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import queue
from challenge.services.commits import try_after_commit
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck
from challenge.services.reading import read_submission

logger = logging.getLogger(__name__)


def predictions_path(submission_id: int) -> Path:
    """Return the place of the published file of an entry: see `challenge.files`."""
    return Path(settings.PUBLISHED_DIR, f"{submission_id}.csv.gz")


def predictions_name(submission_id: int) -> str:
    """Return the file name for readers."""
    return f"big-submission-{submission_id}-predictions.csv.gz"


@transaction.atomic
def queue_missing() -> int:
    """Queue the files of ranked entries whose teams publish their predictions; return the number of queued files."""
    missing = Submission.objects.ranked().filter(
        predictions_licence__gt="", file_deleted_at__isnull=True, prediction_file=None
    )
    numbers = list(missing.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for number in numbers:
        _, created = PredictionFile.objects.get_or_create(submission_id=number)
        if created:
            queue.enqueue_predictions(number)
    return len(numbers)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost jobs again; a job that broke its worker too often fails for good."""
    return requeue_stuck(
        PredictionFile.objects.all(),
        enqueue=lambda lost: queue.enqueue_predictions(lost.submission_id),
        give_up=lambda lost, claimed_at: _row(lost.submission_id).held(claimed_at).retry(),
        now=now,
    )


def write_file(submission_id: int) -> None:
    """Write the published file of an entry; do nothing if it is not (or no longer) queued."""
    claimed_at = _row(submission_id).claim()
    if claimed_at is None:
        return
    submission = Submission.objects.filter(pk=submission_id).first()
    if submission is None:  # the team has just deleted its account
        return
    try:
        sha256, size = _write(submission)
    except Exception as error:
        # The file was scored before, so the fault is ours, and maybe temporary: it is retried a few times.
        logger.exception("The predictions of submission %s could not be published", submission_id)
        _row(submission_id).held(claimed_at).retry(error)
        return
    done = {"status": PredictionFile.Status.DONE, "sha256": sha256, "size": size}
    if not _row(submission_id).held(claimed_at).update(**done) and not _row(submission_id).exists():
        delete_predictions(submission_id)  # the team has ended the publication in the meantime


def write_again(submission_id: int) -> None:
    """Queue the published file of an entry that is missing, for example after a backup was restored."""
    written = _row(submission_id).filter(status=PredictionFile.Status.DONE)
    if written.update(status=PredictionFile.Status.QUEUED, queued_at=timezone.now(), attempts=0):
        logger.warning(
            "The published predictions of submission %s were lost and are written again", submission_id
        )
        queue.enqueue_predictions(submission_id)


def end_publication(submission_id: int) -> None:
    """Forget the published file of an entry, and delete it after the commit."""
    _row(submission_id).delete()
    try_after_commit(delete_predictions, submission_id)


def delete_predictions(submission_id: int) -> None:
    """Delete the published file of an entry."""
    files.delete(predictions_path(submission_id))


def _row(submission_id: int) -> JobQuerySet[PredictionFile]:
    return PredictionFile.objects.filter(submission=submission_id)


def _write(submission: Submission) -> tuple[str, int]:
    """Write the file in the canonical layout, with the values as they were scored; return its SHA-256 and size.

    Predictions on withheld datasets stay unpublished: with the scores, they would tell much about the labels.
    """
    with files.local_copy(submission.file) as path:
        values = read_submission(path, benchmark=benchmark_of(submission.phase_id)).values
    with files.writing(predictions_path(submission.pk)) as draft:
        write_predictions(draft, values, MEDMNIST_PLUS, precision=np.float64)
        with draft.open("rb") as written:
            return hashlib.file_digest(written, "sha256").hexdigest(), draft.stat().st_size
