"""What changes the state of the challenge. Nothing else writes to its tables.

Every function takes and returns plain values or rows, knows nothing of requests or tasks, and leaves
a consistent database behind if the process dies at any line.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Team
from baselines.published import PublishedResult
from challenge import queue
from challenge.models import (
    DatasetScore,
    Evaluation,
    GroundTruth,
    Phase,
    PublishedMethod,
    PublishedScore,
    Submission,
    day_start,
)
from challenge.scoring import ground_truth as label_files
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.evaluator import METRICS, SCORER_VERSION, Scores
from challenge.scoring.evaluator import evaluate as evaluate_predictions
from challenge.scoring.predictions import Limits, PredictionsError, read_predictions

logger = logging.getLogger(__name__)

OUR_FAULT = (
    "The submission could not be scored because of a fault on our side. It does not count towards your "
    "limits; the organizers can see it. Please try again, and write to them if it happens again."
)
TOO_SLOW = (
    "Scoring took longer than the time limit of {} s, and was stopped. A valid file takes well under a "
    "second: check the file with `manage.py score_submission`, or write to the organizers."
)


# --- Submitting -----------------------------------------------------------------------------------


class SubmissionRefusedError(Exception):
    """A submission was not taken; the message says why and what to do."""


class DuplicateSubmissionError(SubmissionRefusedError):
    """The team has sent this very file for this model before: `original` is that submission."""

    def __init__(self, original: Submission) -> None:
        self.original = original
        super().__init__(
            f"You have already submitted this file for this model: it is submission #{original.pk}."
        )


@dataclass(frozen=True)
class Quota:
    """What is left of a team's limits in a phase."""

    day_limit: int
    day_left: int
    total_limit: int
    total_left: int
    failures_left: int
    resets_at: datetime

    @property
    def refusal(self) -> str:
        """Why no submission is taken now; empty while some are left."""
        resets = f"{self.resets_at:%d %B %Y, %H:%M} UTC"
        if self.total_left == 0:
            return f"All {self.total_limit} submissions of your team in this phase are used."
        if self.day_left == 0:
            return f"All {self.day_limit} submissions of today are used. The day resets at {resets}."
        if self.failures_left == 0:
            return f"Too many submissions have failed today. Check your file; the day resets at {resets}."
        return ""


def remaining_quota(team: Team, phase: Phase, now: datetime | None = None) -> Quota:
    """Count what the team has left: queued, running and scored submissions count, failed ones do not."""
    now = now or timezone.now()
    submissions = Submission.objects.filter(team=team, phase=phase)
    today = submissions.on_day(now)
    return Quota(
        day_limit=phase.daily_limit,
        day_left=max(0, phase.daily_limit - today.counted().count()),
        total_limit=phase.total_limit,
        total_left=max(0, phase.total_limit - submissions.counted().count()),
        failures_left=max(0, phase.daily_failure_limit - today.filter(counts_toward_limits=False).count()),
        resets_at=day_start(now) + timedelta(days=1),
    )


def create_submission(
    *, team: Team, upload: UploadedFile, resolution: int, model_name: str, **about: object
) -> Submission:
    """Take a submission: check the limits, keep the file, and have it scored.

    The team's row is locked from the count to the insert, so that uploads side by side cannot pass
    the limits together.

    Args:
        team: who submits.
        upload: the file as it came.
        resolution: of the images that the predictions are for.
        model_name: shown on the leaderboard.
        about: the other fields of `Submission` that the team fills in.

    Raises:
        DuplicateSubmissionError: the team has sent this file for this model and resolution before.
        SubmissionRefusedError: no phase is open, no ground truth is loaded, or a limit is reached.

    """
    now = timezone.now()
    sha256 = _sha256(upload)
    submission = Submission(
        team=team,
        created_at=now,
        resolution=resolution,
        model_name=model_name,
        file=upload,
        file_name=(upload.name or "")[:200],
        file_size=upload.size or 0,
        sha256=sha256,
        **about,
    )
    try:
        with transaction.atomic():
            if not Team.objects.select_for_update().filter(pk=team.pk, closed_at__isnull=True):
                raise SubmissionRefusedError("The account was deleted.")
            submission.phase = _open_phase(now)
            ground_truth = _active_ground_truth()
            _refuse_duplicate(submission)
            if refusal := remaining_quota(team, submission.phase, now).refusal:
                raise SubmissionRefusedError(refusal)
            submission.save()
            _queue_evaluation(submission, ground_truth)
    except BaseException:
        _discard_file(submission)
        raise
    return submission


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _open_phase(now: datetime) -> Phase:
    phase = Phase.objects.current(now)
    if phase is None:
        upcoming = Phase.objects.upcoming(now)
        opens = f" {upcoming.name} opens on {upcoming.opens_at:%d %B %Y, %H:%M} UTC." if upcoming else ""
        raise SubmissionRefusedError(f"Submissions are closed.{opens}")
    return phase


def _active_ground_truth() -> GroundTruth:
    ground_truth = GroundTruth.objects.active()
    if ground_truth is None:
        raise SubmissionRefusedError("The organizers have not loaded the test labels yet: please try later.")
    return ground_truth


def _refuse_duplicate(submission: Submission) -> None:
    original = (
        Submission.objects.counted()
        .filter(
            team=submission.team,
            sha256=submission.sha256,
            resolution=submission.resolution,
            model_name=submission.model_name,
        )
        .first()
    )
    if original:
        raise DuplicateSubmissionError(original)


def _discard_file(submission: Submission) -> None:
    """Delete the stored file of a submission that the database did not take.

    It may have taken it: what ends a request, such as a time-out of the web server, can come after the commit.
    """
    is_stored = getattr(submission.file, "_committed", False)
    if is_stored and not Submission.objects.filter(file=submission.file.name).exists():
        submission.file.delete(save=False)


# --- Scoring --------------------------------------------------------------------------------------


def _queue_evaluation(submission: Submission, ground_truth: GroundTruth) -> None:
    """Have a submission scored by today's scorer against that ground truth, for the first time or again."""
    now = timezone.now()
    evaluation, created = Evaluation.objects.get_or_create(
        submission=submission,
        ground_truth=ground_truth,
        scorer_version=SCORER_VERSION,
        defaults={"created_at": now, "queued_at": now},
    )
    if not created:
        evaluation.status = Evaluation.Status.QUEUED
        evaluation.queued_at = now
        evaluation.attempts = 0
        evaluation.save(update_fields=["status", "queued_at", "attempts"])
    queue.enqueue_evaluation(evaluation.pk)


def rescore(submissions: Iterable[Submission]) -> int:
    """Have submissions scored again against the active ground truth; returns how many.

    No team's limits are touched. Until the new scores are there, the old ones stay.
    """
    ground_truth = _active_ground_truth()
    count = 0
    with transaction.atomic():
        for submission in submissions:
            _queue_evaluation(submission, ground_truth)
            count += 1
    return count


def evaluate(evaluation_id: int) -> None:
    """Score a queued evaluation and store the outcome; do nothing if it is not queued (any more)."""
    claimed_at = timezone.now()
    claimed = Evaluation.objects.filter(pk=evaluation_id, status=Evaluation.Status.QUEUED).update(
        status=Evaluation.Status.SCORING, claimed_at=claimed_at, attempts=F("attempts") + 1
    )
    if not claimed:
        return
    evaluation = (
        Evaluation.objects.select_related("submission", "ground_truth").filter(pk=evaluation_id).first()
    )
    if evaluation is None:  # the team has just deleted its account
        return
    try:
        scores = score_file(Path(evaluation.submission.file.path), evaluation.ground_truth.path)
    except PredictionsError as error:
        _finish(evaluation, claimed_at, problems=[str(problem) for problem in error.problems])
    except SoftTimeLimitExceeded:
        _finish(evaluation, claimed_at, problems=[TOO_SLOW.format(settings.CELERY_TASK_SOFT_TIME_LIMIT)])
    except Exception:
        # Perhaps a passing fault (a full disk, a killed child): the sweep tries again, a few times.
        logger.exception("Evaluation %s broke (attempt %s)", evaluation_id, evaluation.attempts)
        if evaluation.attempts >= Evaluation.MAX_ATTEMPTS:
            _finish(evaluation, claimed_at, problems=[OUR_FAULT])
        else:
            Evaluation.objects.filter(pk=evaluation_id, claimed_at=claimed_at).update(
                status=Evaluation.Status.QUEUED, queued_at=timezone.now()
            )
    else:
        _finish(evaluation, claimed_at, scores=scores)


def score_file(path: Path, labels_path: Path) -> Scores:
    """Read, check and score a submission file against a file of labels.

    Raises:
        PredictionsError: the file is not a valid submission.
        GroundTruthError: the labels cannot be read.

    """
    labels = _labels(labels_path)
    limits = Limits(settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
    predictions = read_predictions(path, MEDMNIST_PLUS, labels=labels, limits=limits)
    return evaluate_predictions(predictions, labels, MEDMNIST_PLUS)


@lru_cache(maxsize=2)
def _labels(path: Path) -> Mapping[str, np.ndarray]:
    return label_files.read_ground_truth(path, MEDMNIST_PLUS).labels


def warm_up() -> None:
    """Do the work that the first evaluation of a process would otherwise wait for."""
    ground_truth = GroundTruth.objects.active()
    if ground_truth:
        _labels(ground_truth.path)


@transaction.atomic
def _finish(
    evaluation: Evaluation,
    claimed_at: datetime,
    *,
    scores: Scores | None = None,
    problems: Iterable[str] = (),
) -> None:
    """Store the outcome, unless another worker took the evaluation over in the meantime."""
    held = Evaluation.objects.select_for_update().filter(
        pk=evaluation.pk, status=Evaluation.Status.SCORING, claimed_at=claimed_at
    )
    if not held:
        return
    now = timezone.now()
    evaluation.dataset_scores.all().delete()
    evaluation.status = Evaluation.Status.SCORED if scores else Evaluation.Status.FAILED
    evaluation.scored_at = now if scores else None
    evaluation.problems = list(problems)
    for metric in METRICS:
        setattr(evaluation, metric, getattr(scores.average, metric) if scores else None)
    evaluation.save()
    if scores:
        DatasetScore.objects.bulk_create(
            DatasetScore(evaluation=evaluation, dataset=name, **{m: getattr(s, m) for m in METRICS})
            for name, s in scores.datasets.items()
        )
    submission = evaluation.submission
    if submission.mail_due_at is None:  # the first outcome: later ones change neither limits nor mail
        submission.counts_toward_limits = scores is not None
        submission.mail_due_at = now
        submission.save(update_fields=["counts_toward_limits", "mail_due_at"])
        queue.enqueue_mail(submission.pk)


@transaction.atomic
def requeue_lost_evaluations(now: datetime | None = None) -> int:
    """Enqueue again what waits or runs for too long: its message or its worker was lost.

    An evaluation that broke its worker too often fails for good.
    """
    now = now or timezone.now()
    lost = list(Evaluation.objects.select_for_update().stuck(now).select_related("submission"))
    for evaluation in lost:
        claimed_at = evaluation.claimed_at if evaluation.status == Evaluation.Status.SCORING else None
        if claimed_at and evaluation.attempts >= Evaluation.MAX_ATTEMPTS:
            _finish(evaluation, claimed_at, problems=[OUR_FAULT])
            continue
        evaluation.status = Evaluation.Status.QUEUED
        evaluation.queued_at = now
        evaluation.save(update_fields=["status", "queued_at"])
        queue.enqueue_evaluation(evaluation.pk)
    return len(lost)


@transaction.atomic
def queue_missing_evaluations() -> int:
    """Have every scored submission scored by the pair that is ranked now, if it is not yet.

    That is so after another ground truth was activated, or a new version of the scorer was installed.
    """
    ground_truth = GroundTruth.objects.active()
    if ground_truth is None:
        return 0
    current = Evaluation.objects.active(ground_truth)
    scored = Submission.objects.filter(evaluations__in=Evaluation.objects.scored())
    return rescore(scored.exclude(evaluations__in=current).distinct())


# --- Organizing -----------------------------------------------------------------------------------


def disqualify(submission: Submission, reason: str) -> None:
    """Take a submission out of the ranking and from public view; the team is shown the reason."""
    submission.disqualified_at = timezone.now()
    submission.disqualification_reason = reason
    submission.save(update_fields=["disqualified_at", "disqualification_reason"])


def reinstate(submission: Submission) -> None:
    """Take a disqualification back."""
    submission.disqualified_at = None
    submission.disqualification_reason = ""
    submission.save(update_fields=["disqualified_at", "disqualification_reason"])


def store_ground_truth(
    ground_truth: label_files.GroundTruth, *, name: str, is_demo: bool = False, activate: bool = True
) -> GroundTruth:
    """Keep checked labels under their checksum, and activate them if asked to.

    Labels that are there already are not stored again, but renamed.
    """
    label_files.write_ground_truth(ground_truth, GroundTruth(checksum=ground_truth.version).path)
    row, created = GroundTruth.objects.get_or_create(
        checksum=ground_truth.version, defaults={"name": name, "is_demo": is_demo}
    )
    if not created and row.name != name:
        row.name = name
        row.save(update_fields=["name"])
    if activate:
        activate_ground_truth(row)
    return row


@transaction.atomic
def activate_ground_truth(ground_truth: GroundTruth) -> int:
    """Rank by this ground truth from now on; returns how many submissions are scored against it first."""
    ground_truth.activated_at = timezone.now()
    ground_truth.save(update_fields=["activated_at"])
    return queue_missing_evaluations()


@transaction.atomic
def replace_published_results(results: Iterable[PublishedResult]) -> tuple[int, int]:
    """Make the published results those given; returns the numbers of methods and of figures.

    A method keeps its row, and so its address, when its figures are imported again.
    """
    PublishedScore.objects.all().delete()
    methods: dict[tuple[str, str, bool, int], PublishedMethod] = {}
    scores = []
    for result in results:
        key = (result.scheme, result.architecture, result.weighted_loss, result.resolution)
        if key not in methods:
            methods[key], _ = PublishedMethod.objects.get_or_create(
                scheme=key[0], architecture=key[1], weighted_loss=key[2], resolution=key[3]
            )
        scores.append(
            PublishedScore(
                method=methods[key],
                source=result.source,
                dataset=result.dataset,
                metric=result.metric,
                mean=result.mean,
                std=result.std,
            )
        )
    PublishedScore.objects.bulk_create(scores, batch_size=500)
    PublishedMethod.objects.exclude(pk__in=[method.pk for method in methods.values()]).delete()
    return len(methods), len(scores)
