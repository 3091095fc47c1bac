"""Scores of chance and of the majority class, compared with all possible guesses, scikit-learn and results by hand."""

import itertools
import json
import math

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from sklearn.dummy import DummyClassifier

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.metrics.secondary import AVERAGED, reference_rows
from challenge.tests.scoring.conftest import TINY, TINY_LABELS

ORDINAL = Dataset("gradmnist", "GradMNIST", "Test", Task.ORDINAL, ("0", "1", "2"), 4)
SMALL = Benchmark("Small", (*TINY.datasets, ORDINAL), (28,))
LABELS = TINY_LABELS | {"gradmnist": np.array([0, 0, 1, 2])}

SURELY_WRONG, SURELY_RIGHT = -math.log(1e-7), -math.log(1 - 1e-7)


@pytest.fixture(scope="module")
def rows():
    return reference_rows(LABELS, SMALL)


def test_chance_by_hand(rows):
    """Five images of three classes (1, 2 and 2), and six images with four labels (3, 4, 2 and 3)."""
    assert rows["chance"]["datasets"]["tripmnist"] == {
        "auc": 0.5,
        "balanced_accuracy": 1 / 3,
        "cohen_kappa": 0,
        "accuracy": 1 / 3,
        "matthews_correlation": 0,
        "average_precision": pytest.approx(1 / 3),
        "brier_score": pytest.approx((2 / 3) ** 2 + 2 * (1 / 3) ** 2),
        "log_loss": pytest.approx(math.log(3)),
        "calibration_error": 0,
        "n": 5,
        "recall": [1 / 3] * 3,
        "precision": [0.2, 0.4, 0.4],
    }
    assert rows["chance"]["datasets"]["manymnist"] == {
        "auc": 0.5,
        "balanced_accuracy": 0.5,
        "cohen_kappa": 0,
        "accuracy": 0.5,
        "matthews_correlation": 0,
        "average_precision": pytest.approx(12 / 24),
        "brier_score": 0.25,
        "log_loss": pytest.approx(math.log(2)),
        "calibration_error": pytest.approx(abs(12 / 24 - 0.5)),
        "n": 24,
        "recall": [0.5] * 4,
        "precision": pytest.approx([3 / 6, 4 / 6, 2 / 6, 3 / 6]),
    }


def test_the_calibration_error_of_chance_where_labels_are_rare():
    """A probability of 0.5 for each label; 5 of 24 labels are present."""
    dataset = TINY["manymnist"]
    rare = np.zeros((6, 4), np.uint8)
    rare[[0, 1, 2, 3, 4], [0, 1, 2, 3, 0]] = 1
    chance = reference_rows({"manymnist": rare}, Benchmark("One", (dataset,), (28,)))["chance"]
    assert chance["average"]["calibration_error"] == pytest.approx(0.5 - 5 / 24)
    assert chance["average"]["average_precision"] == pytest.approx(5 / 24)


@pytest.mark.parametrize("dataset", ["gradmnist", "pairmnist"])
def test_chance_is_the_mean_over_all_guesses(rows, dataset):
    found, y_true = rows["chance"]["datasets"][dataset], LABELS[dataset]
    classes = range(SMALL[dataset].n_classes)
    guesses = list(itertools.product(classes, repeat=len(y_true)))
    by_class = {"labels": list(classes), "average": None, "zero_division": np.nan}
    for metric, function in {
        "accuracy": sklearn_metrics.accuracy_score,
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score,
        "cohen_kappa": sklearn_metrics.cohen_kappa_score,
        "matthews_correlation": sklearn_metrics.matthews_corrcoef,
    }.items():
        assert np.mean([function(y_true, g) for g in guesses]) == pytest.approx(found[metric], abs=1e-12)
    recalls = [sklearn_metrics.recall_score(y_true, g, **by_class) for g in guesses]
    assert np.mean(recalls, axis=0) == pytest.approx(found["recall"], abs=1e-12)
    precisions = [sklearn_metrics.precision_score(y_true, g, **by_class) for g in guesses]
    assert np.nanmean(precisions, axis=0) == pytest.approx(found["precision"], abs=1e-12)
    if dataset == "gradmnist":
        kappas = [sklearn_metrics.cohen_kappa_score(y_true, g, weights="quadratic") for g in guesses]
        assert np.mean(kappas) == pytest.approx(found["quadratic_kappa"], abs=1e-12)
    else:
        assert "quadratic_kappa" not in found


def test_the_majority_by_hand(rows):
    """Classes 1 and 2 are equally frequent: class 1 is predicted. One label is present in most images."""
    assert rows["majority"]["datasets"]["tripmnist"] == {
        "auc": 0.5,
        "balanced_accuracy": pytest.approx(1 / 3),
        "cohen_kappa": pytest.approx(0),
        "accuracy": 0.4,
        "matthews_correlation": 0,
        "average_precision": pytest.approx(1 / 3),
        "brier_score": pytest.approx(0.6 * 2),
        "log_loss": pytest.approx(0.6 * SURELY_WRONG + 0.4 * SURELY_RIGHT),
        "calibration_error": pytest.approx(0.6),
        "n": 5,
        "recall": [0, 1, 0],
        "precision": [None, 0.4, None],
    }
    many = rows["majority"]["datasets"]["manymnist"]
    assert many["accuracy"] == pytest.approx((3 / 6 + 4 / 6 + 4 / 6 + 3 / 6) / 4)
    assert many["recall"] == [0, 1, 0, 0]
    assert many["precision"] == [None, pytest.approx(4 / 6), None, None]
    assert many["brier_score"] == pytest.approx(1 - many["accuracy"])
    assert (many["auc"], many["cohen_kappa"], many["matthews_correlation"]) == (0.5, 0, 0)
    assert rows["majority"]["datasets"]["gradmnist"]["quadratic_kappa"] == 0


def test_means_over_the_datasets(rows):
    for reference in ("chance", "majority"):
        average = rows[reference]["average"]
        assert set(average) == {*METRICS, *AVERAGED}
        for metric, value in average.items():
            values = [rows[reference]["datasets"][d.name][metric] for d in SMALL]
            assert value == pytest.approx(sum(values) / 4, abs=1e-15)


def test_a_benchmark_of_full_size(labels):
    rows = reference_rows(labels.labels, MEDMNIST_PLUS)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    for dataset in MEDMNIST_PLUS:
        y_true = labels.labels[dataset.name]
        majority = rows["majority"]["datasets"][dataset.name]
        if dataset.task is Task.MULTILABEL:
            assert majority["accuracy"] == pytest.approx(1 - y_true.mean())  # all of these labels are rare
            continue
        guess = DummyClassifier(strategy="most_frequent").fit(np.zeros_like(y_true), y_true).predict(y_true)
        assert majority["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(y_true, guess), abs=1e-15)
        assert majority["balanced_accuracy"] == pytest.approx(1 / dataset.n_classes, abs=1e-15)
        assert rows["chance"]["datasets"][dataset.name]["accuracy"] == 1 / dataset.n_classes
