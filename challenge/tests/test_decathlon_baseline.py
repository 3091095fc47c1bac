"""Baseline of the decathlon score: the published ResNet-18 at the resolution of the entries."""

import numpy as np
import pytest
from django.core.management import call_command

from challenge.models import PublishedScore
from challenge.results.decathlon import decathlon_baseline
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.aggregation import decathlon_score

pytestmark = pytest.mark.django_db
NAMES = [dataset.name for dataset in MEDMNIST_PLUS]
#: Its printed averages over the 12 datasets, in percent.
PRINTED = {28: 79.66, 64: 83.42, 128: 85.73, 224: 86.22}


@pytest.fixture
def published() -> None:
    call_command("import_reported_baselines", verbosity=0)


def baseline_at(resolution: int) -> np.ndarray:
    baseline = decathlon_baseline(resolution)
    assert baseline is not None
    return baseline


@pytest.mark.parametrize("resolution", PRINTED)
def test_its_mean_is_the_printed_average(published, resolution):
    baseline = baseline_at(resolution)
    assert baseline.shape == (12,)
    assert 100 * baseline.mean() == pytest.approx(PRINTED[resolution], abs=0.006)


def test_datasets_are_in_their_official_order(published):
    baseline = baseline_at(128)
    printed = {"bloodmnist": 98.34, "retinamnist": 59.25, "organsmnist": 82.30, "pathmnist": 95.27}
    for name, percent in printed.items():
        assert baseline[NAMES.index(name)] == pytest.approx(percent / 100)


def test_the_baseline_itself_gets_250_points_a_dataset(published):
    baseline = baseline_at(224)
    assert decathlon_score([baseline], baseline) == pytest.approx([12 * 250])


def test_other_sources_do_not_move_it(published):
    score = PublishedScore.objects.get(
        source="doerrich2024",
        metric="accuracy",
        dataset="octmnist",
        method__scheme="end-to-end",
        method__architecture="resnet18",
        method__resolution=224,
    )
    before = baseline_at(224)
    PublishedScore.objects.create(
        method=score.method, source="reevaluated", dataset="octmnist", metric="accuracy", mean=0.1
    )
    assert np.array_equal(baseline_at(224), before)


def test_without_all_of_them_there_is_none(published):
    PublishedScore.objects.filter(dataset="octmnist", method__architecture="resnet18").delete()
    assert decathlon_baseline(224) is None


def test_without_published_results_there_is_none():
    assert decathlon_baseline(224) is None
