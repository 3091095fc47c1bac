"""Uncertainty of scores, and informational metrics: computed after scoring, in a separate task.

As for scoring, the state is in the database. A worker claims the job, and stores the results only while it still holds
the claim. The sweep queues lost jobs again.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from challenge.models import Evaluation, GroundTruth, SecondaryMetrics, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import count_classes, read_ground_truth
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, METRICS
from challenge.scoring.metrics.secondary import secondary_metrics
from challenge.scoring.reading.predictions import Limits, read_predictions
from challenge.scoring.statistics.delong import auc_standard_error, standard_error_of_mean
from challenge.scoring.statistics.intervals import score_interval, standard_errors
from challenge.scoring.statistics.misses import misses
from challenge.scoring.statistics.ordered import ordered
from challenge.scoring.statistics.over_datasets import resampled_means
from challenge.services import queue
from challenge.services.board import board_changed
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck

logger = logging.getLogger(__name__)

AVERAGE = "average"


@dataclass(frozen=True)
class Estimates:
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
    try:
        estimates = estimate_file(Path(evaluation.submission.file.path), evaluation.ground_truth.path)
    except Exception:
        # The file was scored before, so the fault is ours, and maybe temporary: it is retried a few times.
        logger.exception("The uncertainty of evaluation %s could not be estimated", evaluation_id)
        _put_back(evaluation_id, claimed_at)
    else:
        _store(evaluation, claimed_at, estimates)


def estimate_file(path: Path, labels_path: Path) -> Estimates:
    """Estimate the uncertainty of a valid submission file's scores, with the labels in `labels_path`.

    Raises:
        PredictionsError: the file is not a valid submission.
        GroundTruthError: the labels cannot be read.

    """
    labels = read_ground_truth(labels_path, MEDMNIST_PLUS).labels
    limits = Limits(settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
    predictions = read_predictions(path, MEDMNIST_PLUS, labels=labels, limits=limits)
    return estimate_predictions(predictions.values, labels)


def estimate_predictions(
    predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray]
) -> Estimates:
    """Estimate the uncertainty of the scores of predictions; arrays as for `evaluator.evaluate`."""
    # imports Numba, which web processes do not need
    from challenge.scoring.statistics.bootstrap import bootstrap_dataset, metrics_of

    values, replicates, auc_errors = [], [], {}
    for dataset in MEDMNIST_PLUS:
        images = ordered(labels[dataset.name], predictions[dataset.name], dataset)
        values.append(metrics_of(images))
        replicates.append(bootstrap_dataset(images))
        auc_errors[dataset.name] = auc_standard_error(images)
    class_counts = count_classes(labels, MEDMNIST_PLUS)
    return Estimates(
        summarize(np.stack(values), np.stack(replicates), class_counts, auc_errors),
        secondary_metrics(predictions, labels, MEDMNIST_PLUS),
    )


def summarize(
    values: np.ndarray,
    replicates: np.ndarray,
    class_counts: Mapping[str, Sequence[int]],
    auc_errors: Mapping[str, float],
) -> dict[str, Any]:
    """Return the fields of `Uncertainty`.

    Args:
        values: metrics on each dataset, (12, 4).
        replicates: their replicates, (12, 4, B).
        class_counts: number of test images of each class (or with each label), by dataset.
        auc_errors: standard error of each dataset's AUC, after DeLong.

    """
    means, of_miss = replicates.mean(axis=0), misses(class_counts, MEDMNIST_PLUS)
    names = [AVERAGE, *(dataset.name for dataset in MEDMNIST_PLUS)]
    intervals = [
        score_interval(values.mean(axis=0), means, of_miss.mean()),
        *score_interval(values, replicates, of_miss),
    ]
    errors = [standard_errors(means), *standard_errors(replicates)]
    return {
        "bootstrap_version": BOOTSTRAP_VERSION,
        "results_version": BOOTSTRAP_VERSION,
        "intervals": {name: _by_metric(ends) for name, ends in zip(names, intervals, strict=True)},
        "standard_errors": {name: _by_metric(values) for name, values in zip(names, errors, strict=True)},
        "auc_standard_errors": {AVERAGE: standard_error_of_mean(list(auc_errors.values())), **auc_errors},
        "mean_replicates": means.astype("<f4").tobytes(),
        "resampled_dataset_means": resampled_means(replicates, MEDMNIST_PLUS).astype("<f4").tobytes(),
        "dataset_replicates": replicates.astype("<f4").tobytes(),
    }


def _by_metric(values: np.ndarray) -> dict[str, Any]:
    """Return values (4, ...) as plain numbers or lists."""
    return dict(zip(METRICS, values.tolist(), strict=True))


@transaction.atomic
def _store(evaluation: Evaluation, claimed_at: datetime, estimates: Estimates) -> None:
    """Store the estimates, unless the evaluation was scored again or another worker has taken over."""
    held = Uncertainty.objects.select_for_update().filter(evaluation=evaluation).held(claimed_at).first()
    if held is None:
        return
    for field, value in estimates.uncertainty.items():
        setattr(held, field, value)
    held.status = Uncertainty.Status.DONE
    held.save()
    SecondaryMetrics.objects.update_or_create(
        evaluation=evaluation, defaults={"datasets": estimates.secondary_metrics}
    )
    board_changed()
    queue.enqueue_figures(evaluation.pk)  # only now, because they show the intervals


def _put_back(evaluation_id: int, claimed_at: datetime) -> None:
    held = Uncertainty.objects.filter(evaluation=evaluation_id).held(claimed_at)
    if not held.filter(attempts__gte=Uncertainty.MAX_ATTEMPTS).update(status=Uncertainty.Status.FAILED):
        held.put_back()


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost jobs again; a job that broke its worker too often fails for good."""
    return requeue_stuck(
        Uncertainty.objects.without_replicates(),
        enqueue=lambda lost: queue.enqueue_uncertainty(lost.evaluation_id),
        give_up=lambda lost, claimed_at: _put_back(lost.evaluation_id, claimed_at),
        now=now,
    )


@transaction.atomic
def queue_missing() -> int:
    """Queue the uncertainty of every evaluation without replicates of the current version; return their number.

    Evaluations that are not in force are left out. After an update of the site, this can be every evaluation. If
    there are thousands, later sweeps queue the rest.
    """
    missing = Q(uncertainty=None) | ~Q(uncertainty__bootstrap_version=BOOTSTRAP_VERSION)
    evaluations = Evaluation.objects.in_force(GroundTruth.objects.active()).filter(missing)[:MOST_AT_ONCE]
    for evaluation in evaluations:
        queue_uncertainty(evaluation)
    return len(evaluations)
