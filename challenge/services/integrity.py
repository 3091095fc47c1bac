"""Checks of integrity: each entry is compared with other teams' entries, in a task of its own after its intervals.

A check stores what later entries are compared with, and flags for organizers. It changes no entry.
"""

import logging
from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from challenge.files import local_copy
from challenge.integrity.disguise import right_images
from challenge.integrity.sketches import sketch, values_hash
from challenge.models import (
    GroundTruth,
    IntegrityFlag,
    IntegrityRecord,
    Submission,
    benchmark_of,
    integrity_mark,
    ranked_ground_truth,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import read_ground_truth
from challenge.services import queue
from challenge.services.holds import release_if_clear
from challenge.services.integrity_search import Checked, Finding, find
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck
from challenge.services.reading import read_submission

logger = logging.getLogger(__name__)


def queue_check(submission: Submission) -> None:
    """Queue the check of a scored entry, unless it was checked or is queued with the ranked labels."""
    ground_truth = ranked_ground_truth()
    if ground_truth is None or submission.file_deleted_at:
        return
    mark = integrity_mark(ground_truth)
    fresh = {
        "version": mark,
        "status": IntegrityRecord.Status.QUEUED,
        "queued_at": timezone.now(),
        "attempts": 0,
    }
    _, created = IntegrityRecord.objects.get_or_create(submission=submission, defaults=fresh)
    outdated = IntegrityRecord.objects.filter(submission=submission).exclude(version=mark)
    if created or outdated.update(**fresh):
        queue.enqueue_integrity(submission.pk)


def check(submission_id: int) -> None:
    """Check an entry and store its flags; do nothing if its check is not (or no longer) queued."""
    claimed_at = IntegrityRecord.objects.filter(submission=submission_id).claim()
    if claimed_at is None:
        return
    submission = Submission.objects.select_related("team").filter(pk=submission_id).first()
    ground_truth = ranked_ground_truth()
    if submission is None or ground_truth is None:  # the team has just deleted its account
        return
    try:
        findings = _remember_and_find(submission, ground_truth, claimed_at)
    except Exception as error:
        # The file was scored before, so the fault is ours, and maybe temporary: it is retried a few times.
        logger.exception("The integrity of submission %s could not be checked", submission_id)
        _put_back(submission_id, claimed_at, error)
    else:
        _store(submission, claimed_at, findings)


def _remember_and_find(
    submission: Submission, ground_truth: GroundTruth, claimed_at: datetime
) -> list[Finding]:
    """Store the sketch of an entry, and compare it with others.

    The sketch is stored first: of two entries that are checked at the same time, one sees the other.
    """
    labels = read_ground_truth(ground_truth.path, MEDMNIST_PLUS).labels
    benchmark = benchmark_of(submission.phase_id)
    with local_copy(submission.file) as path:
        predictions = read_submission(path, benchmark=benchmark).values
    checked = Checked(
        submission, predictions, labels, sketch(predictions, labels), values_hash(predictions), ground_truth
    )
    IntegrityRecord.objects.filter(submission=submission).held(claimed_at).update(
        version=checked.mark,
        results_version=checked.mark,
        values_hash=checked.values_hash,
        sketch=checked.sketch.astype("<f4").tobytes(),
        right=np.packbits(right_images(predictions, labels)).tobytes(),
    )
    return find(checked)


@transaction.atomic
def _store(submission: Submission, claimed_at: datetime, findings: list[Finding]) -> None:
    """Store the flags, unless another worker has taken over."""
    held = IntegrityRecord.objects.filter(submission=submission).held(claimed_at)
    if held.update(status=IntegrityRecord.Status.DONE):
        for finding in findings:
            _raise_flag(finding)
        release_if_clear(submission.pk)


def _raise_flag(finding: Finding) -> None:
    """Store a finding. A flag that an organizer has decided stays as it is."""
    flag, created = IntegrityFlag.objects.select_for_update().get_or_create(
        submission_id=finding.submission_id, kind=finding.kind, defaults={"evidence": finding.evidence}
    )
    if not created and flag.status in IntegrityFlag.UNDECIDED:
        flag.evidence = _joined(flag.evidence, finding.evidence)
        flag.save(update_fields=["evidence"])
    if created or flag.status in IntegrityFlag.UNDECIDED:
        flag.others.add(*finding.others)


def _joined(earlier: dict, later: dict) -> dict:
    """Return later evidence with the copied entries that earlier checks found."""
    similarities = {**earlier.get("similarities", {}), **later.get("similarities", {})}
    return {**later, **({"similarities": similarities} if similarities else {})}


def _put_back(submission_id: int, claimed_at: datetime, error: Exception | None = None) -> None:
    IntegrityRecord.objects.filter(submission=submission_id).held(claimed_at).retry(error)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost checks again; a check that broke its worker too often fails for good."""
    return requeue_stuck(
        IntegrityRecord.objects.defer("sketch", "right"),
        enqueue=lambda lost: queue.enqueue_integrity(lost.submission_id),
        give_up=lambda lost, claimed_at: _put_back(lost.submission_id, claimed_at),
        now=now,
    )


@transaction.atomic
def queue_missing() -> int:
    """Queue the checks of entries with intervals that were not checked with the ranked labels; return their number.

    After an update of the site, this can be every entry. The oldest come first, and later sweeps queue the rest.
    """
    ground_truth = ranked_ground_truth()
    if ground_truth is None:
        return 0
    missing = Q(integrity_record=None) | ~Q(integrity_record__version=integrity_mark(ground_truth))
    estimated = Submission.objects.filter(
        missing,
        file_deleted_at__isnull=True,
        evaluations__ground_truth=ground_truth,
        evaluations__uncertainty__results_version__gt="",
    )
    submissions = list(estimated.distinct().order_by("created_at", "pk")[:MOST_AT_ONCE])
    for submission in submissions:
        queue_check(submission)
    return len(submissions)
