"""Scoring of submissions: claimed by one worker at a time, queued again if a worker is lost."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from challenge.models import (
    DatasetScore,
    Evaluation,
    EvaluationCurves,
    GroundTruth,
    SecondaryMetrics,
    Submission,
    Uncertainty,
)
from challenge.scoring import ground_truth as label_files
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.curves import curves
from challenge.scoring.metrics.evaluator import Scores
from challenge.scoring.metrics.evaluator import evaluate as evaluate_predictions
from challenge.scoring.metrics.ranked import METRICS, SCORER_VERSION
from challenge.scoring.metrics.warnings import warnings_of_scores
from challenge.scoring.reading.predictions import Limits, PredictionsError, read_predictions
from challenge.services import mails, queue
from challenge.services.board import board_changed
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck
from challenge.services.uncertainty import queue_uncertainty

logger = logging.getLogger(__name__)

#: Problem of an evaluation that was stopped at the time limit, in seconds.
TOO_SLOW = (
    "Scoring took longer than the time limit of {} s and was stopped. A valid file takes well under a "
    "second. Check the file with `manage.py score_submission`, or write to us."
)


@dataclass(frozen=True)
class Outcome:
    """Metrics and per-dataset curve data of one file, and warnings for its team."""

    scores: Scores
    curves: dict[str, dict[str, Any]]
    warnings: tuple[str, ...]


class NoGroundTruthError(Exception):
    """No ground truth is active."""


def _queue_evaluation(submission: Submission, ground_truth: GroundTruth) -> None:
    """Queue a submission for the current scorer and the given ground truth, for the first time or again."""
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
    _enqueue(evaluation)


def _enqueue(evaluation: Evaluation) -> None:
    """Send the evaluation to a worker; submissions without an outcome go before submissions scored again."""
    has_outcome = evaluation.submission.first_outcome_at is not None
    queue.enqueue_evaluation(evaluation.pk, in_background=has_outcome)


def queue_evaluations(submissions: Iterable[Submission]) -> int:
    """Queue submissions for the active ground truth, for the first time or again; return their number.

    This does not count towards any team's limits. Old scores stay until the new scores are stored. Entries whose file
    was deleted are left out.

    Raises:
        NoGroundTruthError: no ground truth is active.

    """
    ground_truth = GroundTruth.objects.active()
    if ground_truth is None:
        raise NoGroundTruthError("No ground truth is active: load the test labels first.")
    count = 0
    with transaction.atomic():
        for submission in submissions:
            if submission.file_deleted_at:
                continue
            _queue_evaluation(submission, ground_truth)
            count += 1
    return count


def evaluate(evaluation_id: int) -> None:
    """Score a queued evaluation and store the outcome; do nothing if it is not (or no longer) queued."""
    claimed_at = Evaluation.objects.filter(pk=evaluation_id).claim()
    if claimed_at is None:
        return
    evaluation = (
        Evaluation.objects.select_related("submission", "ground_truth").filter(pk=evaluation_id).first()
    )
    if evaluation is None:  # the team has just deleted its account
        return
    if evaluation.submission.file_deleted_at:  # since it was queued
        end_without_file(evaluation.submission)
        return
    try:
        outcome = score_file(
            Path(evaluation.submission.file.path),
            evaluation.ground_truth.path,
            evaluation.submission.resolution,
        )
    except PredictionsError as error:
        problems = [str(problem) for problem in error.problems]
        _finish(evaluation, claimed_at, failure=Evaluation.Failure.FILE, problems=problems)
    except SoftTimeLimitExceeded:
        problems = [TOO_SLOW.format(settings.CELERY_TASK_SOFT_TIME_LIMIT)]
        _finish(evaluation, claimed_at, failure=Evaluation.Failure.TIME, problems=problems)
    except Exception:
        # It may be temporary (a full disk, a killed child): the sweep retries a few times.
        logger.exception("Evaluation %s broke (attempt %s)", evaluation_id, evaluation.attempts)
        if evaluation.attempts >= Evaluation.MAX_ATTEMPTS:
            _give_up(evaluation, claimed_at)
        else:
            Evaluation.objects.filter(pk=evaluation_id).held(claimed_at).put_back()
    else:
        _finish(evaluation, claimed_at, outcome=outcome)


def score_file(path: Path, labels_path: Path, resolution: int | None = None) -> Outcome:
    """Read, check and score a submission file for images of `resolution` against a file of labels.

    Raises:
        PredictionsError: the file is not a valid submission.
        GroundTruthError: the labels cannot be read.

    """
    labels = _labels(labels_path)
    limits = Limits(settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
    predictions = read_predictions(path, MEDMNIST_PLUS, labels=labels, limits=limits, resolution=resolution)
    scores = evaluate_predictions(predictions.values, labels, MEDMNIST_PLUS)
    return Outcome(
        scores,
        curves(predictions.values, labels, MEDMNIST_PLUS),
        (*predictions.warnings, *warnings_of_scores(scores, labels, MEDMNIST_PLUS)),
    )


@lru_cache(maxsize=2)
def _labels(path: Path) -> Mapping[str, np.ndarray]:
    return label_files.read_ground_truth(path, MEDMNIST_PLUS).labels


def warm_up() -> None:
    """Load the labels in advance, so that the first evaluation of a process does not wait for them."""
    ground_truth = GroundTruth.objects.active()
    if ground_truth:
        _labels(ground_truth.path)


@transaction.atomic
def end_without_file(submission: Submission) -> None:
    """End all work on a submission whose file is deleted. Earlier scores stay, its limits stay used, no mail is sent.

    A scoring that failed by our fault can no longer be repeated.

    A worker that is reading the file loses its claim, so it stores nothing.
    """
    pending = Evaluation.objects.filter(submission=submission, status__in=Evaluation.PENDING)
    pending.scored().update(status=Evaluation.Status.SCORED)
    pending.update(status=Evaluation.Status.FAILED, failure=Evaluation.Failure.DELETED, problems=[])
    Evaluation.objects.filter(
        submission=submission, status=Evaluation.Status.FAILED, failure=Evaluation.Failure.SITE
    ).update(failure=Evaluation.Failure.DELETED)
    unknown = Uncertainty.objects.filter(evaluation__submission=submission)
    unknown.exclude(status=Uncertainty.Status.DONE).update(status=Uncertainty.Status.FAILED)
    Submission.objects.filter(pk=submission.pk, first_outcome_at__isnull=True).update(
        first_outcome_at=timezone.now()
    )


@transaction.atomic
def _finish(
    evaluation: Evaluation,
    claimed_at: datetime,
    *,
    outcome: Outcome | None = None,
    failure: str = "",
    problems: Iterable[str] = (),
) -> None:
    """Store the outcome, or the cause of the failure, unless another worker has taken the evaluation over."""
    if not Evaluation.objects.select_for_update().filter(pk=evaluation.pk).held(claimed_at):
        return
    now = timezone.now()
    scores = outcome.scores if outcome else None
    had_scores = evaluation.scored_at is not None
    evaluation.dataset_scores.all().delete()
    for model in (EvaluationCurves, Uncertainty, SecondaryMetrics):
        model.objects.filter(evaluation=evaluation).delete()
    evaluation.status = Evaluation.Status.SCORED if scores else Evaluation.Status.FAILED
    evaluation.scored_at = now if scores else None
    evaluation.failure = failure
    evaluation.problems = list(problems)
    evaluation.warnings = list(outcome.warnings) if outcome else []
    for metric in METRICS:
        setattr(evaluation, metric, getattr(scores.average, metric) if scores else None)
    evaluation.save()
    if outcome:
        EvaluationCurves.objects.create(evaluation=evaluation, datasets=outcome.curves)
        DatasetScore.objects.bulk_create(
            DatasetScore(evaluation=evaluation, dataset=name, **{m: getattr(s, m) for m in METRICS})
            for name, s in outcome.scores.datasets.items()
        )
        queue_uncertainty(evaluation)
    _note_first_outcome(evaluation.submission_id, now, is_scored=scores is not None)
    if scores or had_scores:
        board_changed()


def _note_first_outcome(submission_id: int, now: datetime, *, is_scored: bool) -> None:
    """On the first outcome of a submission, set whether it counts, and queue the mail; later outcomes do neither."""
    first = Submission.objects.filter(pk=submission_id, first_outcome_at__isnull=True)
    if first.update(first_outcome_at=now, counts_toward_limits=is_scored):
        mails.queue_mail(submission_id)


def _give_up(evaluation: Evaluation, claimed_at: datetime) -> None:
    """End an evaluation that failed too often by our fault; earlier scores stay."""
    if evaluation.scored_at is None:
        _finish(evaluation, claimed_at, failure=Evaluation.Failure.SITE)
    else:
        Evaluation.objects.filter(pk=evaluation.pk).held(claimed_at).update(status=Evaluation.Status.SCORED)


def requeue_lost_evaluations() -> int:
    """Enqueue lost evaluations again; an evaluation that broke its worker too often fails for good."""
    return requeue_stuck(Evaluation.objects.select_related("submission"), enqueue=_enqueue, give_up=_give_up)


@transaction.atomic
def queue_missing_evaluations() -> int:
    """Queue every scored submission that has no evaluation by the ranked versions; return their number.

    These exist after another ground truth was activated, or a new version of the scorer was installed. If there are
    thousands, later sweeps queue the rest.
    """
    ground_truth = GroundTruth.objects.active()
    if ground_truth is None:
        return 0
    current = Evaluation.objects.active(ground_truth)
    scored = Submission.objects.filter(
        evaluations__in=Evaluation.objects.scored(), file_deleted_at__isnull=True
    )
    missing = scored.exclude(evaluations__in=current).distinct()
    n_missing = missing.count()
    queue_evaluations(missing[:MOST_AT_ONCE])
    return n_missing
