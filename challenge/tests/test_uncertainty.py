"""Uncertainty of scores, estimated in its own task after scoring: first time, again, lost, and failed."""

from datetime import timedelta
from functools import partial
from unittest.mock import Mock

import numpy as np
import pytest
from django.utils import timezone

from challenge.models import SecondaryMetrics, Uncertainty, unpack_dataset_replicates, unpack_mean_replicates
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import count_classes
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.estimates import summarize
from challenge.scoring.statistics.over_datasets import resampled_means
from challenge.services import evaluations, uncertainty
from challenge.tests.processes import in_parallel

Status = Uncertainty.Status


@pytest.fixture
def estimates(labels) -> uncertainty.Outcome:
    """A possible result of an estimate, without the seconds that it takes."""
    values, replicates = np.full((12, 4), 0.5), np.full((12, 4, 1000), 0.5)
    replicates[0, 0] = np.linspace(0.4, 0.6, 1000)
    names = [dataset.name for dataset in MEDMNIST_PLUS]
    counts = count_classes(labels.labels, MEDMNIST_PLUS)
    found = summarize(values, replicates, counts, dict.fromkeys(names, 0.01), MEDMNIST_PLUS)
    return uncertainty.Outcome(
        uncertainty.uncertainty_fields(found, MEDMNIST_PLUS),
        {name: {"log_loss": 1.0} for name in names},
    )


@pytest.fixture
def quick(monkeypatch, estimates) -> Mock:
    """Replace the estimate by a result that is available at once."""
    estimate_file = Mock(return_value=estimates)
    monkeypatch.setattr(uncertainty, "estimate_file", estimate_file)
    return estimate_file


@pytest.fixture
def scored(submit_and_score, team):
    return submit_and_score(team).evaluations.get()


def status_of(evaluation) -> str:
    return Uncertainty.objects.get(evaluation=evaluation).status


def test_scores_come_first_and_the_rest_is_queued(scored):
    assert scored.auc is not None
    assert status_of(scored) == Status.QUEUED
    assert not Uncertainty.objects.known().exists()


def test_a_whole_file(scored):
    """Intervals contain the scores, replicates scatter around them, and informational metrics exist."""
    uncertainty.estimate(scored.pk)
    found = Uncertainty.objects.known().get(evaluation=scored)
    means = unpack_mean_replicates(bytes(found.mean_replicates))
    datasets = unpack_dataset_replicates(bytes(found.dataset_replicates))
    assert (means.shape, datasets.shape) == ((4, 1000), (12, 4, 1000))
    np.testing.assert_allclose(datasets.mean(axis=0), means, atol=1e-6)
    resampled = unpack_mean_replicates(bytes(found.resampled_dataset_means))
    np.testing.assert_allclose(resampled, resampled_means(datasets, MEDMNIST_PLUS), atol=1e-6)
    assert (resampled.std(axis=1) > means.std(axis=1)).all(), "the choice of the datasets adds to the images"
    for metric, replicates in zip(METRICS, means, strict=True):
        low, high = found.intervals["average"][metric]
        assert low < getattr(scored, metric) < high
        assert replicates.mean() == pytest.approx(getattr(scored, metric), abs=0.005)
    assert set(found.intervals) == {"average", *(d.name for d in MEDMNIST_PLUS)}
    assert found.auc_standard_errors["average"] == pytest.approx(means[0].std(ddof=1), rel=0.1)
    names = ["average", *(d.name for d in MEDMNIST_PLUS)]
    for name, of_dataset in zip(names, [means, *datasets], strict=True):
        found_errors = [found.standard_errors[name][metric] for metric in METRICS]
        assert found_errors == pytest.approx(of_dataset.std(axis=1, ddof=1).tolist(), rel=1e-4)
    further = SecondaryMetrics.objects.get(evaluation=scored).datasets
    assert further["retinamnist"]["quadratic_kappa"] > 0


def test_a_task_twice_at_once_estimates_once(scored, quick):
    uncertainty.estimate(scored.pk)
    uncertainty.estimate(scored.pk)
    assert quick.call_count == 1
    assert status_of(scored) == Status.DONE


def test_a_fault_is_tried_again_a_few_times(scored, quick):
    quick.side_effect = OSError("the disk is full")
    for _ in range(Uncertainty.MAX_ATTEMPTS - 1):
        uncertainty.estimate(scored.pk)
        assert status_of(scored) == Status.QUEUED
    uncertainty.estimate(scored.pk)
    assert status_of(scored) == Status.FAILED
    uncertainty.estimate(scored.pk)
    assert quick.call_count == Uncertainty.MAX_ATTEMPTS
    scored.refresh_from_db()
    assert scored.auc is not None


def test_scoring_again_estimates_again_and_what_ran_meanwhile_is_dropped(scored, quick, estimates):
    def score_again(*paths):
        evaluations.queue_evaluations([scored.submission])
        evaluations.evaluate(scored.pk)
        return estimates

    quick.side_effect = score_again
    uncertainty.estimate(scored.pk)
    assert status_of(scored) == Status.QUEUED
    assert not SecondaryMetrics.objects.exists()
    quick.side_effect = None
    uncertainty.estimate(scored.pk)
    assert status_of(scored) == Status.DONE


def test_a_deleted_submission_is_no_fault(scored, quick):
    scored.delete()
    uncertainty.estimate(scored.pk)
    assert quick.call_count == 0


def test_lost_work_is_put_back_and_what_breaks_its_worker_ends(scored, quick):
    now = timezone.now()
    assert uncertainty.requeue_lost(now) == 0
    assert uncertainty.requeue_lost(now + Uncertainty.QUEUE_PATIENCE + timedelta(seconds=1)) == 1
    rows = Uncertainty.objects.filter(evaluation=scored)
    rows.update(status=Status.RUNNING, claimed_at=now, attempts=1)
    assert uncertainty.requeue_lost(now + Uncertainty.LEASE - timedelta(seconds=1)) == 0
    assert uncertainty.requeue_lost(now + Uncertainty.LEASE + timedelta(seconds=1)) == 1
    assert status_of(scored) == Status.QUEUED
    rows.update(status=Status.RUNNING, claimed_at=now, attempts=Uncertainty.MAX_ATTEMPTS)
    uncertainty.requeue_lost(now + Uncertainty.LEASE + timedelta(seconds=1))
    assert status_of(scored) == Status.FAILED


def test_what_was_scored_before_is_estimated_once(scored, entry, team):
    Uncertainty.objects.all().delete()
    hidden = entry(team, 0.9, disqualified_at=timezone.now(), disqualification_reason="A test.")
    assert uncertainty.queue_missing() == 1
    assert uncertainty.queue_missing() == 0
    assert status_of(scored) == Status.QUEUED
    assert not Uncertainty.objects.filter(evaluation__submission=hidden).exists()


def test_another_bootstrap_estimates_everything_again(scored, quick, monkeypatch):
    uncertainty.estimate(scored.pk)
    assert uncertainty.queue_missing() == 0
    Uncertainty.objects.update(bootstrap_version="0", results_version="0")
    assert not Uncertainty.objects.known().exists(), "not paired"
    assert uncertainty.queue_missing() == 1
    assert uncertainty.queue_missing() == 0
    assert status_of(scored) == Status.QUEUED


@pytest.mark.parametrize("fails", [False, True])
def test_results_of_a_paired_version_stay_in_use_until_they_are_replaced(scored, quick, fails):
    uncertainty.estimate(scored.pk)
    Uncertainty.objects.update(bootstrap_version="1", results_version="1")
    assert uncertainty.queue_missing() == 1
    quick.side_effect = OSError("the disk is full") if fails else None
    for _ in range(Uncertainty.MAX_ATTEMPTS if fails else 1):
        assert Uncertainty.objects.known().get().results_version == "1"
        uncertainty.estimate(scored.pk)
    found = Uncertainty.objects.known().get()
    assert (found.status, found.results_version) == ((Status.FAILED, "1") if fails else (Status.DONE, "2"))
    assert uncertainty.queue_missing() == 0, "a job that failed is not tried forever"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_are_as_good_as_one(submit_and_score, team, quick):
    evaluation = submit_and_score(team).evaluations.get()
    in_parallel([partial(uncertainty.estimate, evaluation.pk)] * 4)
    assert quick.call_count == 1
    assert status_of(evaluation) == Status.DONE
    in_parallel([uncertainty.queue_missing] * 3)
    assert Uncertainty.objects.count() == 1
