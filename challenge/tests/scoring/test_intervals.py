"""Score intervals: equal to their equation, never of zero width, and within the range of the metric."""

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.ground_truth import count_classes
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.bootstrap import bootstrap, bootstrap_dataset, metrics_of
from challenge.scoring.statistics.intervals import score_interval, standard_errors
from challenge.scoring.statistics.misses import Misses, misses
from challenge.scoring.statistics.ordered import ordered
from challenge.tests.scoring.naive_intervals import naive_interval, naive_losses

LOWEST = (0, 0, -1, 0)
SMALL = Benchmark(
    "small", tuple(d for d in MEDMNIST_PLUS if d.name in ("breastmnist", "dermamnist", "chestmnist")), (28,)
)


@pytest.fixture(scope="module")
def labels():
    return dict(make_demo_ground_truth(SMALL).labels)


@pytest.fixture(scope="module")
def of_miss(labels) -> Misses:
    return misses(count_classes(labels, SMALL), SMALL)


def intervals_of(y_true, y_score, dataset: Dataset, of_miss: Misses) -> tuple[np.ndarray, np.ndarray]:
    """Return values (4,) and their intervals (4, 2)."""
    images = ordered(y_true, y_score, dataset)
    values = metrics_of(images)
    return values, score_interval(values, bootstrap_dataset(images), of_miss)


def test_losses_of_a_miss_are_those_of_perfect_predictions_with_one_mistake(labels, of_miss):
    for place, dataset in enumerate(SMALL):
        losses = naive_losses(labels[dataset.name], dataset)
        np.testing.assert_allclose(of_miss.total[place], losses.sum(axis=0), rtol=1e-6)
        np.testing.assert_allclose(of_miss.squares[place], len(losses) * losses.mean(axis=0) ** 2, rtol=1e-6)


@pytest.mark.parametrize("skill", [0.3, 2, 6])
def test_intervals_solve_their_equation(labels, of_miss, skill):
    predictions = make_demo_predictions(make_demo_ground_truth(SMALL), SMALL, skill=skill, seed=1)
    replicates = bootstrap(predictions, labels, SMALL, 200)
    for place, dataset in enumerate(SMALL):
        values = metrics_of(ordered(labels[dataset.name], predictions[dataset.name], dataset))
        losses = naive_losses(labels[dataset.name], dataset)
        found = score_interval(values, replicates[place], of_miss[place])
        expected = [
            naive_interval(*of) for of in zip(values, replicates[place], losses.T, LOWEST, strict=True)
        ]
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_mean_has_a_share_of_the_losses_of_each_dataset(of_miss):
    np.testing.assert_allclose(of_miss.mean().total, of_miss.total.sum(axis=0) / 3)
    np.testing.assert_allclose(of_miss.mean().squares, of_miss.squares.sum(axis=0) / 9)


def test_some_metrics_get_the_intervals_that_they_have_among_all(of_miss):
    values, replicates = np.full((3, 4), 0.9), np.random.default_rng(1).normal(0.9, 0.01, (3, 4, 100))
    chosen = ["cohen_kappa", "auc"]
    places = [METRICS.index(metric) for metric in chosen]
    found = score_interval(values[:, places], replicates[:, places], of_miss, chosen)
    np.testing.assert_array_equal(found, score_interval(values, replicates, of_miss)[:, places])


@pytest.mark.parametrize("dataset", SMALL.datasets, ids=lambda d: d.name)
@pytest.mark.parametrize("kind", ["perfect", "always the majority", "always wrong"])
def test_no_interval_has_zero_width_or_leaves_the_range(labels, of_miss, dataset, kind):
    y_true = labels[dataset.name]
    truth = y_true.astype(float) if y_true.ndim == 2 else np.eye(dataset.n_classes)[y_true]
    majority = np.zeros_like(truth)
    if y_true.ndim == 1:
        majority[:, np.bincount(y_true).argmax()] = 1
    y_score = {"perfect": truth, "always the majority": majority, "always wrong": 1 - truth}[kind]
    place = SMALL.datasets.index(dataset)
    values, ends = intervals_of(y_true, y_score, dataset, of_miss[place])
    assert (ends[:, 0] <= values).all()
    assert (values <= ends[:, 1]).all()
    assert (ends[:, 1] - ends[:, 0] > 1e-6).all()
    assert (ends[:, 0] >= LOWEST).all()
    assert (ends[:, 1] <= 1).all()
    if kind == "perfect":
        assert (ends[:, 1] == 1).all()


def test_of_perfect_predictions_on_two_classes_of_one_size_it_is_wilsons_of_all_images():
    """Expect n to be twice the size of a class, as Obuchowski and Lieber (2002) recommend for an AUC of 1."""
    dataset = MEDMNIST_PLUS["breastmnist"]
    of_miss = misses({"breastmnist": (50, 50)}, Benchmark("one", (dataset,), (28,)))
    ends = score_interval(np.ones(4), np.ones((4, 1000)), of_miss[0])
    wilson = 100 / (100 + 1.959963984540054**2)
    np.testing.assert_allclose(ends[[0, 1, 3], 0], wilson, rtol=1e-12)


def test_far_from_the_ends_it_is_the_normal_interval_of_the_replicates():
    """With many images and a small spread, Wilson's interval is value and standard error."""
    dataset = MEDMNIST_PLUS["tissuemnist"]
    of_miss = misses({"tissuemnist": (5910,) * 8}, Benchmark("one", (dataset,), (28,)))
    replicates = np.random.default_rng(2).normal(0.7, 0.003, (4, 1000))
    ends = score_interval(np.full(4, 0.7), replicates, of_miss[0])
    error = standard_errors(replicates)
    np.testing.assert_allclose(ends, 0.7 + np.outer(error, [-1.96, 1.96]), atol=1e-4)


def test_replicates_without_a_value_are_left_out(of_miss):
    replicates = np.random.default_rng(3).normal(0.7, 0.01, (4, 100))
    with_nan = np.concatenate([replicates, np.full((4, 3), np.nan)], axis=1)
    values = np.full(4, 0.7)
    expected = score_interval(values, replicates, of_miss[0])
    np.testing.assert_allclose(score_interval(values, with_nan, of_miss[0]), expected, rtol=1e-12)
