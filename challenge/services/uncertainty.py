"""Uncertainty of scores, and informational metrics: computed after scoring, in a separate task.

As for scoring, the state is in the database. A worker claims the job, and stores the results only while it still holds
the claim. The sweep queues lost jobs again.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from challenge.files import local_copy
from challenge.models import (
    Evaluation,
    SecondaryMetrics,
    Uncertainty,
    WithheldDataset,
    ranked_versions,
    wanted_versions,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION
from challenge.scoring.metrics.secondary import secondary_metrics
from challenge.scoring.statistics import estimates as scores
from challenge.scoring.statistics.estimates import Estimates
from challenge.scoring.statistics.over_datasets import resampled_means
from challenge.scoring.withheld import LabelFile, read_withheld
from challenge.services import queue
from challenge.services.board import board_changed
from challenge.services.draws import kept_draws
from challenge.services.integrity import queue_check
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck
from challenge.services.reading import read_submission
from challenge.services.score_files import labels_in

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """Results for a file: fields of `Uncertainty` and `SecondaryMetrics`."""

    uncertainty: dict[str, Any]
    secondary_metrics: dict[str, dict[str, Any]]


def queue_uncertainty(evaluation: Evaluation) -> None:
    """Queue the uncertainty of a scored evaluation, for the first time or again; earlier results stay until then."""
    fresh = {
        "bootstrap_version": BOOTSTRAP_VERSION,
        "status": Uncertainty.Status.QUEUED,
        "queued_at": timezone.now(),
        "attempts": 0,
    }
    Uncertainty.objects.update_or_create(evaluation=evaluation, defaults=fresh)
    queue.enqueue_uncertainty(evaluation.pk)


def estimate(evaluation_id: int) -> None:
    """Estimate and store the uncertainty of an evaluation; do nothing if it is not (or no longer) queued."""
    claimed_at = Uncertainty.objects.filter(evaluation=evaluation_id).claim()
    if claimed_at is None:
        return
    evaluation = (
        Evaluation.objects.select_related("submission", "ground_truth").filter(pk=evaluation_id).first()
    )
    if evaluation is None:  # the team has just deleted its account
        return
    started = time.perf_counter()
    try:
        with local_copy(evaluation.submission.file) as path:
            estimates = estimate_file(
                path,
                evaluation.ground_truth.path,
                WithheldDataset.labels_of(evaluation.submission.phase_id),
            )
    except Exception as error:
        # The file was scored before, so the fault is ours, and maybe temporary: it is retried a few times.
        logger.exception("The uncertainty of evaluation %s could not be estimated", evaluation_id)
        _put_back(evaluation_id, claimed_at, error)
    else:
        _store(evaluation, claimed_at, estimates, seconds=time.perf_counter() - started)


def estimate_file(path: Path, labels_path: Path, withheld: Sequence[LabelFile] = ()) -> Outcome:
    """Estimate the uncertainty of a valid submission file's scores, with the labels in `labels_path`.

    The secondary metrics leave out withheld datasets: those of single classes would tell about their labels.

    Raises:
        PredictionsError: the file is not a valid submission.
        GroundTruthError: the labels cannot be read.

    """
    benchmark = MEDMNIST_PLUS.with_withheld(one.dataset for one in withheld)
    labels = {**labels_in(labels_path), **read_withheld(withheld)}
    predictions = read_submission(path, benchmark=benchmark)  # the first scoring compared `truth`
    return Outcome(
        uncertainty_fields(scores.estimate(predictions.values, labels, benchmark, kept_draws), benchmark),
        secondary_metrics(predictions.values, labels, MEDMNIST_PLUS),
    )


def uncertainty_fields(found: Estimates, benchmark: Benchmark) -> dict[str, Any]:
    """Return the fields of `Uncertainty`; `benchmark` has the datasets of the estimates."""
    return {
        "bootstrap_version": BOOTSTRAP_VERSION,
        "results_version": BOOTSTRAP_VERSION,
        "intervals": found.intervals,
        "standard_errors": found.standard_errors,
        "auc_standard_errors": found.auc_standard_errors,
        "mean_replicates": found.replicates.mean(axis=0).astype("<f4").tobytes(),
        "resampled_dataset_means": resampled_means(found.replicates, benchmark).astype("<f4").tobytes(),
        "dataset_replicates": found.replicates.astype("<f4").tobytes(),
    }


@transaction.atomic
def _store(evaluation: Evaluation, claimed_at: datetime, estimates: Outcome, *, seconds: float) -> None:
    """Store the estimates, unless the evaluation was scored again or another worker has taken over."""
    held = Uncertainty.objects.select_for_update().filter(evaluation=evaluation).held(claimed_at).first()
    if held is None:
        return
    for field, value in estimates.uncertainty.items():
        setattr(held, field, value)
    held.status = Uncertainty.Status.DONE
    held.seconds = seconds
    held.save()
    SecondaryMetrics.objects.update_or_create(
        evaluation=evaluation, defaults={"datasets": estimates.secondary_metrics}
    )
    board_changed()
    queue.enqueue_figures(evaluation.pk)  # only now, because they show the intervals
    queue_check(evaluation.submission)


def _put_back(evaluation_id: int, claimed_at: datetime, error: Exception | None = None) -> None:
    Uncertainty.objects.filter(evaluation=evaluation_id).held(claimed_at).retry(error)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost jobs again; a job that broke its worker too often fails for good.

    Entries without any intervals then take turns with uploads, so that they get theirs within minutes under any load.
    """
    return requeue_stuck(
        Uncertainty.objects.without_replicates(),
        enqueue=lambda lost: queue.enqueue_uncertainty(
            lost.evaluation_id, is_overdue=not lost.results_version
        ),
        give_up=lambda lost, claimed_at: _put_back(lost.evaluation_id, claimed_at),
        now=now,
    )


@transaction.atomic
def queue_missing() -> int:
    """Queue the uncertainty of every evaluation without replicates of the current version; return their number.

    Evaluations by the ranked and the wanted versions are looked at, except those not in force. After an update of the
    site, this can be every evaluation. If there are thousands, later sweeps queue the rest.
    """
    missing = Q(uncertainty=None) | ~Q(uncertainty__bootstrap_version=BOOTSTRAP_VERSION)
    shown = Evaluation.objects.in_force(ranked_versions()) | Evaluation.objects.in_force(wanted_versions())
    evaluations = shown.filter(missing)[:MOST_AT_ONCE]
    for evaluation in evaluations:
        queue_uncertainty(evaluation)
    return len(evaluations)
