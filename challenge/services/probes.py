"""Test submissions: sent by an organizer or a monitor, scored by a worker like a team's file, and compared.

The file is stored, queued for the worker, scored, and queued again for its intervals, by the code and the queues of
entries. A fault ends a test at once, because it is what the test looks for.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from bigsite.outages import StorageDownError
from challenge.files import local_copy
from challenge.formats.times import in_utc
from challenge.models import GroundTruth, Probe, wanted_versions
from challenge.results.known_scores import AVERAGE, Known, make_known, wrong_intervals, wrong_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError, read_ground_truth
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import history, queue
from challenge.services.commits import try_after_commit
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck
from challenge.services.refusals import RefusedError
from challenge.services.score_files import score_file
from challenge.services.uncertainty import estimate_file
from challenge.services.versions import versions_for_first_scoring

logger = logging.getLogger(__name__)

#: Problem of a test whose worker was lost each time.
LOST = "The worker was lost at each attempt. Look at its log."


class ProbeRefusedError(RefusedError):
    """No test submission was sent; the message says why. `pending` is one that waits already."""

    def __init__(self, message: str, pending: Probe | None = None) -> None:
        self.pending = pending
        super().__init__(message)


def send(*, by: Team | str) -> Probe:
    """Send a test submission. An act of an organizer is a line of the history; those of a monitor would fill it.

    Raises:
        ProbeRefusedError: one waits already, or the labels are missing.

    """
    if pending := Probe.objects.pending().first():
        raise ProbeRefusedError(f"A test submission waits since {in_utc(pending.asked_at)}.", pending)
    labels = _labels()
    known = _known(labels)
    values = {"scores": known.scores, "accuracy_errors": known.accuracy_errors}
    probe = Probe(sender=str(by)[:64], ground_truth=labels, known=values)
    with TemporaryDirectory() as folder:
        path = Path(folder, "test.csv.gz")
        write_predictions(path, known.predictions, MEDMNIST_PLUS)
        with path.open("rb") as file:
            probe.file.save(path.name, File(file), save=False)
    with transaction.atomic():
        probe.save()
        if isinstance(by, Team):
            history.record("sent a test submission", by=by, subject=probe)
        _enqueue(probe)
    return probe


def _labels() -> GroundTruth:
    """Return the labels that a new submission would be scored by."""
    versions = versions_for_first_scoring()
    if versions is None or wanted_versions() is None:
        raise ProbeRefusedError("No test labels are active. Load them with `manage.py load_ground_truth`.")
    return versions.ground_truth


def _known(labels: GroundTruth) -> Known:
    try:
        return make_known(read_ground_truth(labels.path, MEDMNIST_PLUS).labels, MEDMNIST_PLUS)
    except GroundTruthError as error:
        raise ProbeRefusedError(f"The test labels cannot be read: {error}") from error


def score(probe_id: int) -> None:
    """Score a queued test submission and compare its scores; do nothing if it is not queued for that."""
    _work(probe_id, _score, is_scored=False)


def estimate(probe_id: int) -> None:
    """Estimate the intervals of a scored test submission and compare them; do nothing if it is not queued for that."""
    _work(probe_id, _estimate, is_scored=True)


def _work(probe_id: int, find_problems: Callable[[Probe], list[str]], *, is_scored: bool) -> None:
    claimed_at = Probe.objects.filter(pk=probe_id, scored_at__isnull=not is_scored).claim()
    if claimed_at is None:
        return
    probe = Probe.objects.select_related("ground_truth").get(pk=probe_id)
    try:
        problems = find_problems(probe)
    except SoftTimeLimitExceeded:
        problems = ["Scoring took longer than the time limit."]
    except Exception as error:  # any fault is what the test looks for
        logger.exception("%s broke", probe)
        problems = [f"Scoring broke: {error or type(error).__name__}"]
    if problems or is_scored:
        _end(probe, claimed_at, problems)
    else:
        _queue_intervals(probe, claimed_at)


def _score(probe: Probe) -> list[str]:
    with local_copy(probe.file) as path:
        outcome = score_file(path, probe.ground_truth.path, withheld=())
    found = {name: asdict(scores) for name, scores in outcome.scores.datasets.items()}
    return wrong_scores(probe.known["scores"], found | {AVERAGE: asdict(outcome.scores.average)})


def _estimate(probe: Probe) -> list[str]:
    with local_copy(probe.file) as path:
        found = estimate_file(path, probe.ground_truth.path).uncertainty
    return wrong_intervals(
        probe.known["scores"], probe.known["accuracy_errors"], found["intervals"], found["standard_errors"]
    )


@transaction.atomic
def _queue_intervals(probe: Probe, claimed_at: datetime) -> None:
    now = timezone.now()
    changed = Probe.objects.filter(pk=probe.pk).held(claimed_at)
    if changed.update(status=Probe.Status.QUEUED, scored_at=now, queued_at=now, attempts=0):
        queue.enqueue_probe_intervals(probe.pk)


@transaction.atomic
def _end(probe: Probe, claimed_at: datetime, problems: list[str]) -> None:
    """Store the outcome, unless another worker has taken over; the file goes."""
    status = Probe.Status.FAILED if problems else Probe.Status.DONE
    held = Probe.objects.filter(pk=probe.pk).held(claimed_at)
    if held.update(status=status, ended_at=timezone.now(), problems=problems):
        try_after_commit(probe.file.delete, save=False)
    if problems:
        logger.error("%s failed: %s", probe, " ".join(problems))


def _enqueue(probe: Probe) -> None:
    if probe.scored_at:
        queue.enqueue_probe_intervals(probe.pk)
    else:
        queue.enqueue_probe(probe.pk)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost test submissions again; one that lost its worker too often fails."""
    return requeue_stuck(
        Probe.objects.all(),
        enqueue=_enqueue,
        give_up=lambda probe, claimed_at: _end(probe, claimed_at, [LOST]),
        now=now,
    )


def forget_old(now: datetime | None = None) -> int:
    """Delete old test submissions and what is left of their files; return the number of rows.

    While the bucket does not answer, they stay, and the sweep goes on.
    """
    old = Probe.objects.filter(asked_at__lt=(now or timezone.now()) - Probe.KEPT)[:MOST_AT_ONCE]
    for number, probe in enumerate(old):
        try:
            probe.file.delete(save=False)
        except StorageDownError as error:
            logger.error("The file of %s cannot be deleted: %s", probe, error)
            return number
        probe.delete()
    return len(old)
