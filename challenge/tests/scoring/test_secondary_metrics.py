"""Informational metrics compared with scikit-learn, within 1e-12."""

import json
import math
import subprocess
import sys
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.metrics.curves import curves
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.metrics.secondary import (
    LOG_CLIP,
    average_precision,
    dataset_metrics,
    secondary_metrics,
)
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS

ORDINAL = Dataset("gradmnist", "GradMNIST", "Test", Task.ORDINAL, ("0", "1", "2", "3"), 7)
DATASETS = [*TINY.datasets, ORDINAL]

examples = settings(max_examples=80, deadline=None, derandomize=True, database=None)

#: Scores at the limits, at the threshold, next to both, and below the clipping limit.
AWKWARD = [0.0, -0.0, 1.0, 0.5, np.nextafter(0.5, 1), np.nextafter(1.0, 0), 1e-9, 1e-300]
scores = st.one_of(st.sampled_from(AWKWARD), st.floats(1e-12, 1))


def log_loss_of_two(y_true, p1):
    """Clip as documented, in the same way on both sides: log(1 - (1 - 1e-7)) equals log(1e-7) only to nine digits."""
    columns = np.clip(np.column_stack([1 - p1, p1]), LOG_CLIP, 1 - LOG_CLIP)
    return sklearn_metrics.log_loss(y_true, columns, labels=[0, 1])


def of_labels_by_sklearn(y_true, y_score):
    """Return the means over labels, and the lists of a multi-label dataset."""
    y_pred = y_score > 0.5
    columns = list(zip(y_true.T, y_score.T, y_pred.T, strict=True))
    return {
        "matthews_correlation": np.mean([sklearn_metrics.matthews_corrcoef(t, p) for t, _, p in columns]),
        "average_precision": sklearn_metrics.average_precision_score(y_true, y_score, average="macro"),
        "brier_score": np.mean([sklearn_metrics.brier_score_loss(t, s) for t, s, _ in columns]),
        "log_loss": np.mean([log_loss_of_two(t, s) for t, s, _ in columns]),
        "n": y_true.size,
        "recall": sklearn_metrics.recall_score(y_true, y_pred, average=None, zero_division=np.nan),
        "precision": sklearn_metrics.precision_score(y_true, y_pred, average=None, zero_division=np.nan),
    }


def of_classes_by_sklearn(y_true, y_score, task):
    classes = list(range(y_score.shape[1]))
    if task is Task.BINARY:
        y_pred = (y_score[:, 1] > 0.5).astype(int)
        found = {
            "average_precision": sklearn_metrics.average_precision_score(y_true, y_score[:, 1]),
            "brier_score": sklearn_metrics.brier_score_loss(y_true, y_score[:, 1]),
            "log_loss": log_loss_of_two(y_true, y_score[:, 1]),
        }
    else:
        y_pred = y_score.argmax(axis=1)
        clipped = np.clip(y_score / y_score.sum(axis=1, keepdims=True), LOG_CLIP, 1 - LOG_CLIP)
        found = {
            "average_precision": sklearn_metrics.average_precision_score(y_true, y_score, average="macro"),
            "brier_score": sklearn_metrics.brier_score_loss(y_true, y_score, labels=classes),
            "log_loss": sklearn_metrics.log_loss(y_true, clipped, labels=classes),
        }
    by_class = {"labels": classes, "average": None, "zero_division": np.nan}
    found |= {
        "matthews_correlation": sklearn_metrics.matthews_corrcoef(y_true, y_pred),
        "n": len(y_true),
        "recall": sklearn_metrics.recall_score(y_true, y_pred, **by_class),
        "precision": sklearn_metrics.precision_score(y_true, y_pred, **by_class),
    }
    if task is Task.ORDINAL:
        found["quadratic_kappa"] = sklearn_metrics.cohen_kappa_score(y_true, y_pred, weights="quadratic")
    return found


def assert_equal_sklearn(y_true, y_score, dataset):
    found = dataset_metrics(y_true, y_score, dataset)
    json.dumps(found, allow_nan=False)
    y_score = np.asarray(y_score, np.float64)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The y_prob values do not sum to one")
        if dataset.task is Task.MULTILABEL:
            expected = of_labels_by_sklearn(y_true, y_score)
        else:
            expected = of_classes_by_sklearn(y_true, y_score, dataset.task)
    assert set(found) == {*expected, "calibration_error"}
    for metric, value in expected.items():
        got = [np.nan if v is None else v for v in found[metric]] if np.ndim(value) else found[metric]
        np.testing.assert_allclose(got, value, rtol=0, atol=1e-12, err_msg=metric)


@examples
@given(st.data())
def test_every_kind_of_task(data):
    dataset = data.draw(st.sampled_from(DATASETS))
    n, n_classes = dataset.n_test, dataset.n_classes
    rows = st.lists(scores, min_size=n_classes, max_size=n_classes)
    if dataset.task is Task.MULTILABEL:
        columns = st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2).map(lambda rest: [0, 1, *rest])
        y_true = np.array([data.draw(columns) for _ in range(n_classes)], np.uint8).T
    else:
        rows = st.one_of(rows.filter(lambda row: sum(row) > 0), st.sampled_from(np.eye(n_classes).tolist()))
        rest = st.lists(st.integers(0, n_classes - 1), min_size=n - n_classes, max_size=n - n_classes)
        y_true = np.array([*range(n_classes), *data.draw(rest)], np.uint8)
    y_score = np.array(data.draw(st.lists(rows, min_size=n, max_size=n)))
    assert_equal_sklearn(y_true, y_score, dataset)


@pytest.mark.parametrize("kind", ["mediocre", "good", "ties", "sure", "column order", "sums off 1"])
def test_a_submission_of_full_size(kind, labels):
    skill = 3.0 if kind == "good" else 1.0
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=skill, seed=1)
    changes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "ties": lambda values: np.round(values, 1) + np.float32(1e-3),
        "sure": lambda values: (
            np.round(values) + np.eye(len(values), values.shape[1], dtype=np.float32) * 0.5
        ),
        "column order": np.asfortranarray,
        "sums off 1": lambda values: values * np.float32(0.991),
    }
    change = changes.get(kind, np.asarray)
    for dataset in MEDMNIST_PLUS:
        y_score = np.clip(change(predictions[dataset.name]), 0, 1)
        if kind == "sure" and dataset.task is not Task.MULTILABEL:  # if nothing was above one half
            y_score[y_score.sum(axis=1) == 0, 0] = 1
        assert y_score.dtype == np.float32
        assert_equal_sklearn(labels.labels[dataset.name], y_score, dataset)


@pytest.mark.parametrize("skill", [0.0, 1.0, 60.0])
def test_the_calibration_error_is_that_of_the_figures(skill, labels):
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=skill, seed=2)
    found = secondary_metrics(predictions, labels.labels, MEDMNIST_PLUS)
    kept = curves(predictions, labels.labels, MEDMNIST_PLUS)
    for name, of_dataset in found.items():
        assert of_dataset["calibration_error"] == kept[name]["reliability"]["ece"]
        assert of_dataset["n"] == sum(kept[name]["reliability"]["count"])


def test_images_are_of_the_classes_that_the_scorer_says():
    """Mean recall over classes equals the ranked balanced accuracy, also at ties and at the threshold."""
    predictions = TINY_PREDICTIONS | {"pairmnist": np.array([[0.5, 0.5], [0.4, 0.6], [0.3, 0.5], [0.5, 0.5]])}
    scored = evaluate(predictions, TINY_LABELS, TINY).datasets
    found = secondary_metrics(predictions, TINY_LABELS, TINY)
    for name in ("tripmnist", "pairmnist"):
        assert np.mean(found[name]["recall"]) == pytest.approx(scored[name].balanced_accuracy, abs=1e-15)
    assert found["pairmnist"]["recall"] == [1, 0.5]
    assert found["tripmnist"]["recall"] == [1, 0.5, 1]


def test_four_images_by_hand():
    """Class 1 is positive: p1 sorts the images as 2, 4, 3, 1; images 2 and 3 are of class 1."""
    dataset = TINY["pairmnist"]
    y_score = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5]])
    assert dataset_metrics(np.array([0, 1, 1, 0]), y_score, dataset) == {
        "matthews_correlation": pytest.approx(1 / math.sqrt(3)),  # of [[2, 0], [1, 1]]
        "average_precision": pytest.approx((1 + 2 / 3) / 2),
        "brier_score": pytest.approx((0.01 + 0.04 + 0.36 + 0.25) / 4),
        "log_loss": pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.4) + math.log(0.5)) / 4),
        # bins (13/15, 14/15], (11/15, 12/15], (8/15, 9/15] and (7/15, 8/15], an image in each
        "calibration_error": pytest.approx((0.1 + 0.2 + 0.6 + 0.5) / 4),
        "n": 4,
        "recall": [1.0, 0.5],
        "precision": [pytest.approx(2 / 3), 1.0],
    }


def test_what_was_never_predicted_has_no_precision_and_no_correlation():
    found = dataset_metrics(np.array([0, 1, 2, 1, 0]), np.tile([0.2, 0.5, 0.3], (5, 1)), TINY["tripmnist"])
    assert found["precision"] == [None, 0.4, None]
    assert found["recall"] == [0, 1, 0]
    assert found["matthews_correlation"] == 0


def test_surely_right_and_surely_wrong():
    dataset, y_true = TINY["tripmnist"], TINY_LABELS["tripmnist"]
    right = dataset_metrics(y_true, np.eye(3)[y_true], dataset)
    assert right["log_loss"] == pytest.approx(1e-7, rel=1e-6)
    assert (right["matthews_correlation"], right["average_precision"]) == (1, 1)
    assert (right["brier_score"], right["calibration_error"]) == (0, 0)
    wrong = dataset_metrics(y_true, np.eye(3)[(y_true + 1) % 3], dataset)
    assert wrong["log_loss"] == pytest.approx(16.118, abs=1e-3)
    assert wrong["brier_score"] == 2
    assert wrong["calibration_error"] == 1
    pair = dataset_metrics(np.array([0, 1, 0, 1]), np.array([[0, 1], [1, 0]] * 2), TINY["pairmnist"])
    assert pair["log_loss"] == wrong["log_loss"]
    assert pair["brier_score"] == 1


def test_only_ordinal_datasets_have_a_quadratic_kappa(labels):
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=0)
    found = secondary_metrics(predictions, labels.labels, MEDMNIST_PLUS)
    assert [name for name in found if "quadratic_kappa" in found[name]] == ["retinamnist"]
    assert list(found) == [dataset.name for dataset in MEDMNIST_PLUS]


def test_predictions_are_left_as_they_were():
    """The predictions are scored again afterwards."""
    before = {name: values.copy() for name, values in TINY_PREDICTIONS.items()}
    secondary_metrics(TINY_PREDICTIONS, TINY_LABELS, TINY)
    for name, values in before.items():
        np.testing.assert_array_equal(TINY_PREDICTIONS[name], values)


def test_a_class_without_images_is_an_error():
    with pytest.raises(ValueError, match="positive labels"):
        average_precision(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="positive labels"):
        dataset_metrics(np.zeros(5, int), TINY_PREDICTIONS["tripmnist"], TINY["tripmnist"])


def test_it_needs_no_scikit_learn():
    script = (
        "import sys; import challenge.scoring.metrics.secondary;"
        "print([name for name in ('django', 'sklearn', 'scipy', 'polars') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
