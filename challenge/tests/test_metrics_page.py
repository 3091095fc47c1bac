"""Metrics page: each of its numbers, recomputed independently."""

import importlib
import re
import sys
from types import ModuleType

import numpy as np
import pytest
from django.core.management import call_command
from sklearn import metrics as sklearn_metrics
from sklearn.calibration import calibration_curve

from challenge.content.worked_example import EXAMPLES, TRUE_CLASSES
from challenge.leaderboard.alternatives import ways_to_rank
from challenge.leaderboard.uncertainty import MOST_WITH_LEADER
from challenge.models import Metric
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.metrics.evaluator import score_dataset
from challenge.scoring.metrics.ranked import METRICS, SCORER_VERSION
from challenge.scoring.metrics.secondary import dataset_metrics
from challenge.scoring.statistics.aggregation import decathlon_score
from challenge.scoring.statistics.intervals import N_REPLICATES
from challenge.tests.pages import attribute, element, elements, page_of, region, rows_of, text_of


@pytest.fixture
def page(client, db) -> str:
    return page_of(client, "/metrics/")


def by_sklearn(probabilities) -> dict[str, float]:
    predicted = [p > 0.5 for p in probabilities]
    return {
        "auc": sklearn_metrics.roc_auc_score(TRUE_CLASSES, probabilities),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(TRUE_CLASSES, predicted),
        "cohen_kappa": sklearn_metrics.cohen_kappa_score(TRUE_CLASSES, predicted),
        "accuracy": sklearn_metrics.accuracy_score(TRUE_CLASSES, predicted),
    }


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_worked_numbers_are_scikit_learns(page, number):
    example = EXAMPLES[number]
    (name, *values) = rows_of(region(page, "The metrics of other models on the ten images"))[number + 1]
    assert name.startswith(example.name)
    expected = by_sklearn(example.probabilities)
    assert values == [f"{expected[metric]:.4f}" for metric in METRICS]
    for metric in METRICS:
        assert getattr(example.scores, metric) == pytest.approx(expected[metric], rel=0, abs=1e-12)


def test_the_example_is_worked_without_scripts(page):
    images = rows_of(region(page, "Ten images and their predictions"))[1:]
    predicted = [int(p > 0.5) for p in EXAMPLES[0].probabilities]
    wrong = [" wrong" if p != t else "" for p, t in zip(predicted, TRUE_CLASSES, strict=True)]
    assert images == [
        [str(i + 1), str(TRUE_CLASSES[i]), f"{EXAMPLES[0].probabilities[i]:.2f}", f"{predicted[i]}{wrong[i]}"]
        for i in range(10)
    ]
    assert [text_of(count) for count in elements(page, "[data-count]")] == [
        str(count) for count in sklearn_metrics.confusion_matrix(TRUE_CLASSES, predicted).ravel()
    ]
    for metric, value in by_sklearn(EXAMPLES[0].probabilities).items():
        (shown,) = attribute(page, f"[data-metric={metric}]", "value")
        assert float(shown) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_roc_curve_is_scikit_learns(example):
    fpr, tpr, _ = sklearn_metrics.roc_curve(TRUE_CLASSES, example.probabilities, drop_intermediate=False)
    np.testing.assert_allclose(example.roc_curve, np.column_stack([fpr, tpr]), atol=1e-15)


def test_the_example_says_how_many_images_are_of_each_class(page):
    assert (TRUE_CLASSES.count(1), TRUE_CLASSES.count(0)) == (3, 7)
    assert "Ten images, three of class 1 and seven of class 0" in page


def test_the_curve_is_on_the_page_before_any_script(page):
    (points,) = attribute(page, "[data-roc]", "points")
    pairs = [tuple(map(float, point.split(","))) for point in points.split()]
    assert pairs == EXAMPLES[0].roc_curve


def test_chance_levels(page):
    """Return scikit-learn's scores of the same prediction for every image, in a test set with every class."""
    rows = rows_of(region(page, "Tasks and chance levels of the datasets"))[1:]
    chances = []
    for dataset, row in zip(MEDMNIST_PLUS, rows, strict=False):
        y_true = [0, 1] if dataset.task is Task.MULTILABEL else list(range(dataset.n_classes))
        chances.append(sklearn_metrics.balanced_accuracy_score([*y_true, 0, 0], [0] * (len(y_true) + 2)))
        assert row == [dataset.title, dataset.task.value, str(dataset.n_classes), f"{chances[-1]:.4f}"]
        assert sklearn_metrics.cohen_kappa_score(y_true, [0] * len(y_true)) == 0
        assert sklearn_metrics.roc_auc_score(np.array(y_true) == 1, [0.3] * len(y_true)) == 0.5
    assert rows[-1] == ["Mean", "", "", f"{np.mean(chances):.4f}"]


def test_sizes_and_versions(page):
    text = text_of(page)
    sizes = {dataset.n_test: dataset.title for dataset in MEDMNIST_PLUS}
    assert f"on each of the {len(MEDMNIST_PLUS.datasets)} datasets" in text
    assert f"holds {min(sizes):,} images ({sizes[min(sizes)]}), the largest {max(sizes):,}" in text
    assert f"The current scorer version is {SCORER_VERSION}." in text


def test_ranks_of_ties(page):
    ranks = [row[0] for row in rows_of(region(page, "Ranks of equal values"))[1:]]
    assert ranks == ["1", "2", "2", "4", "–"]
    assert "“1, 2, 2, 4”" in page


def test_weights_by_class_give_balanced_accuracy():
    """The page says that both formulas give the same number."""
    rng = np.random.default_rng(0)
    y_true, y_pred = np.append(np.arange(4), rng.integers(0, 4, 96)), rng.integers(0, 4, 100)
    weights = 1 / np.bincount(y_true)[y_true]
    weighted = sklearn_metrics.accuracy_score(y_true, y_pred, sample_weight=weights)
    assert weighted == pytest.approx(sklearn_metrics.balanced_accuracy_score(y_true, y_pred))


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_informational_numbers_are_scikit_learns(page, number):
    probabilities = np.array(EXAMPLES[number].probabilities)
    name, *values = rows_of(region(page, "Informational metrics of the models on the ten images"))[number + 1]
    clipped = np.clip(np.column_stack([1 - probabilities, probabilities]), 1e-7, 1 - 1e-7)
    predicted = probabilities > 0.5
    confidence = np.where(predicted, probabilities, 1 - probabilities)
    share, mean = calibration_curve(predicted == TRUE_CLASSES, confidence, n_bins=15)
    bins = np.ceil(confidence * 15 - 1e-9)  # equal width, closed at the upper end
    weights = np.unique(bins, return_counts=True)[1] / 10
    assert name == EXAMPLES[number].name
    expected = [
        sklearn_metrics.matthews_corrcoef(TRUE_CLASSES, predicted),
        sklearn_metrics.average_precision_score(TRUE_CLASSES, probabilities),
        sklearn_metrics.brier_score_loss(TRUE_CLASSES, probabilities),
        sklearn_metrics.log_loss(TRUE_CLASSES, clipped),
        (weights * abs(share - mean)).sum(),
    ]
    # one value ends in 5 after four digits
    assert [float(value) for value in values] == pytest.approx(expected, rel=0, abs=0.5001e-4)


def test_numbers_of_the_informational_section(page):
    """Log loss of one certain and wrong prediction, number of ChestMNIST's labels, and bins of ECE."""
    text = text_of(page)
    loss = sklearn_metrics.log_loss([1], np.array([[1 - 1e-7, 1e-7]]), labels=[0, 1])
    assert f"to {loss:.1f}: the clipping limits" in text
    log_loss = region(page, "Formula of log loss")
    assert text_of(log_loss).endswith("ε = 10 \N{MINUS SIGN} 7")
    assert text_of(element(log_loss, "msup")) == "10 \N{MINUS SIGN} 7"
    chest = MEDMNIST_PLUS["chestmnist"]
    assert f"({chest.n_test * 14:,} in ChestMNIST)" in text
    assert "into 15 bins of equal width" in text


def test_statements_about_the_informational_metrics():
    """Kappa and MCC if classes are predicted as often as they occur; ECE of a model that predicts the shares."""
    rng = np.random.default_rng(0)
    y_true = np.append(np.arange(3), rng.integers(0, 3, 97))
    y_pred = rng.permutation(y_true)
    assert sklearn_metrics.matthews_corrcoef(y_true, y_pred) == pytest.approx(
        sklearn_metrics.cohen_kappa_score(y_true, y_pred)
    )
    dataset = Dataset("any", "Any", "Any", Task.MULTICLASS, ("a", "b", "c"), 100)
    shares = np.tile(np.bincount(y_true) / 100, (100, 1))
    assert dataset_metrics(y_true, shares, dataset)["calibration_error"] == pytest.approx(0, abs=1e-12)


def test_how_far_accuracies_of_the_smallest_and_the_largest_test_set_are_known(page):
    """Interval of an accuracy of 0.9, by drawing resamples of as many images."""
    text = text_of(page)
    rng = np.random.default_rng(0)
    found = re.search(
        r"about ±(0\.\d+) on the (\S+) images of (\w+), and to ±(0\.\d+) on the (\S+) of (\w+)\.", text
    )
    assert found
    for margin, size, title in (found.groups()[:3], found.groups()[3:]):
        (n,) = [dataset.n_test for dataset in MEDMNIST_PLUS if dataset.title == title]
        assert size == f"{n:,}"
        low, high = np.quantile(rng.binomial(n, 0.9, 100_000) / n, [0.025, 0.975])
        assert float(margin) == pytest.approx((high - low) / 2, abs=0.0035 if n < 1000 else 0.0005)


def test_statements_about_the_bootstrap_and_ways_to_rank(page):
    text = text_of(page)
    assert f"{N_REPLICATES:,} times, we draw images" in text
    assert f"the {MOST_WITH_LEADER} highest entries are compared" in text
    # 1,000 points without an error, 250 with the baseline's error, none with at least twice that error
    baseline = np.array([0.8])
    points = [decathlon_score([[accuracy]], baseline)[0] for accuracy in (1, 0.8, 0.6, 0.5)]
    assert points == pytest.approx([1000, 250, 0, 0])
    assert "A dataset gives 1,000 points without an error, 250 with the error of the baseline" in text


def test_the_ways_to_rank_are_those_of_the_leaderboard(page, db):
    call_command("import_reported_baselines")
    titles = [way.title for way in ways_to_rank([], Metric.AUC, 28)]
    assert [row[0] for row in rows_of(region(page, "Ways to rank"))[1:]] == [*titles, "One left out"]


def test_formulas_are_mathml(page):
    assert len(elements(page, "math[display=block]")) == 14
    assert page.count("<math") == page.count("</math>")


def test_every_link_within_the_page_leads_somewhere(page):
    targets = {address.removeprefix("#") for address in attribute(page, '[href^="#"]', "href")}
    assert targets
    assert targets <= set(attribute(page, "*", "id"))


@pytest.fixture
def official(monkeypatch, medmnist_package) -> ModuleType:
    """`medmnist.evaluator`, loaded without the `__init__` of its package, which would import torch."""
    package = ModuleType("medmnist")
    package.__path__ = [str(medmnist_package)]
    for name in ("medmnist", "medmnist.info", "medmnist.evaluator"):
        monkeypatch.setitem(sys.modules, name, package)
    del sys.modules["medmnist.info"], sys.modules["medmnist.evaluator"]
    return importlib.import_module("medmnist.evaluator")


OFFICIAL_TASKS = {
    Task.BINARY: "binary-class",
    Task.MULTICLASS: "multi-class",
    Task.ORDINAL: "ordinal-regression",
    Task.MULTILABEL: "multi-label, binary-class",
}


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("digits", [1, 15])
def test_auc_and_accuracy_are_the_official_evaluators(official, task, digits):
    """With few digits, many scores are tied or exactly 0.5."""
    rng = np.random.default_rng(1)
    n, n_classes = 20, 2 if task is Task.BINARY else 5
    dataset = Dataset("any", "Any", "Any", task, tuple("abcde"[:n_classes]), n)
    for _ in range(20):
        y_score = rng.dirichlet(np.ones(n_classes), n).round(digits)
        if task is Task.MULTILABEL:
            y_true = rng.integers(0, 2, (n, n_classes))
            y_true[:2] = [[0], [1]]
        else:
            y_true = rng.permutation(np.arange(n) % n_classes)
        found = score_dataset(y_true, y_score, dataset)
        assert found.auc == pytest.approx(official.getAUC(y_true, y_score, OFFICIAL_TASKS[task]), abs=1e-12)
        assert found.accuracy == pytest.approx(
            official.getACC(y_true, y_score, OFFICIAL_TASKS[task]), abs=1e-12
        )
