"""Curve data of figures: equal to scikit-learn, and small enough to store with every evaluation."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from sklearn.calibration import calibration_curve

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Task
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.metrics.curves import (
    MAX_POINTS,
    N_BINS,
    UNIT,
    curves,
    dataset_curves,
    reliability,
    roc_curve,
)
from challenge.scoring.metrics.ranked import auc
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS

MOST_BYTES = 300_000

examples = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def points(curve: dict) -> np.ndarray:
    return np.column_stack([curve["fpr"], curve["tpr"]]) / UNIT


def distance_to_line(point: np.ndarray, line: np.ndarray) -> float:
    """Return the distance of a point from the nearest segment of a line."""
    start, way = line[:-1], np.diff(line, axis=0)
    length = (way**2).sum(axis=1)
    along = ((point - start) * way).sum(axis=1) / np.where(length == 0, 1, length)
    nearest = start + way * np.clip(along, 0, 1)[:, None]
    return float(np.sqrt(((point - nearest) ** 2).sum(axis=1).min()))


def assert_is_curve_of_sklearn(curve: dict, positive: np.ndarray, y_score: np.ndarray) -> None:
    found = points(curve)
    fpr, tpr, _ = sklearn_metrics.roc_curve(positive, y_score, drop_intermediate=False)
    full = np.column_stack([fpr, tpr])
    assert found[0].tolist() == [0, 0]
    assert found[-1].tolist() == [1, 1]
    assert len(found) <= MAX_POINTS
    assert (np.diff(found, axis=0) >= 0).all()
    assert max(distance_to_line(point, full) for point in found) < 1 / UNIT
    assert curve["auc"] == pytest.approx(sklearn_metrics.auc(fpr, tpr), abs=1e-12)
    assert np.trapezoid(found[:, 1], found[:, 0]) == pytest.approx(curve["auc"], abs=1e-3)


def test_a_roc_curve_of_four_images():
    curve = roc_curve(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8]))
    assert curve == {"auc": 0.75, "fpr": [0, 0, 5000, 5000, 10000], "tpr": [0, 5000, 5000, 10000, 10000]}


def test_equal_scores_make_a_straight_way():
    curve = roc_curve(np.array([True, False, True]), np.array([0.5, 0.5, 0.5]))
    assert curve == {"auc": 0.5, "fpr": [0, 10000], "tpr": [0, 10000]}


scores = st.one_of(
    st.sampled_from([0.0, -0.0, 0.25, 0.5, 1.0, 5e-324, np.nextafter(0.5, 1)]), st.floats(0, 1)
)


@examples
@given(st.lists(st.tuples(st.booleans(), scores), max_size=30), scores, scores)
def test_roc_curves_of_few_images_with_ties(rows, one, other):
    positive, y_score = map(np.array, zip(*rows, (True, one), (False, other), strict=True))
    # scikit-learn does not distinguish such tiny differences
    y_score = np.where(y_score < 1e-300, 0, y_score)
    curve = roc_curve(positive, y_score)
    assert_is_curve_of_sklearn(curve, positive, y_score)
    assert curve["auc"] == auc(positive, y_score)


@pytest.mark.parametrize("n_positive", [90, 101, 150, 400, 3000])
@pytest.mark.parametrize("n_negative", [150, 5000])
@pytest.mark.parametrize("skill", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("digits", [2, 15])
def test_roc_curves_of_many_images(n_positive, n_negative, skill, digits):
    positive = np.arange(n_positive + n_negative) < n_positive
    logits = np.random.default_rng(0).standard_normal(len(positive)) + skill * positive
    y_score = np.round(1 / (1 + np.exp(-logits)), digits)
    assert_is_curve_of_sklearn(roc_curve(positive, y_score), positive, y_score)


@pytest.mark.parametrize("dataset", TINY.datasets, ids=lambda dataset: dataset.name)
def test_every_kind_of_task(dataset):
    y_true, y_score = TINY_LABELS[dataset.name], TINY_PREDICTIONS[dataset.name]
    found = dataset_curves(y_true, y_score, dataset)
    if dataset.task is Task.MULTILABEL:
        expected = sklearn_metrics.multilabel_confusion_matrix(y_true, y_score > 0.5)
        positives = list(y_true.T == 1)
        columns = list(y_score.T)
        assert found["confusion"] == expected.reshape(-1, 4).tolist()
    else:
        y_pred = y_score[:, 1] > 0.5 if dataset.task is Task.BINARY else y_score.argmax(axis=1)
        assert found["confusion"] == sklearn_metrics.confusion_matrix(y_true, y_pred).tolist()
        classes = [1] if dataset.task is Task.BINARY else range(dataset.n_classes)
        positives = [y_true == c for c in classes]
        columns = [y_score[:, c] for c in classes]
    for curve, positive, column in zip(found["roc"], positives, columns, strict=True):
        assert_is_curve_of_sklearn(curve, positive, column)


def test_reliability_by_hand():
    """Two of 15 bins: (3/15, 4/15] has 0.25 and 4/15, one of them right; (14/15, 1] has 1, which is right."""
    found = reliability(np.array([True, False, True]), np.array([0.25, 4 / 15, 1.0]))
    assert found["count"] == [0, 0, 0, 2, *[0] * 10, 1]
    assert found["confidence"][3] == pytest.approx((0.25 + 4 / 15) / 2, abs=1e-6)
    assert found["accuracy"][3] == 0.5
    assert found["confidence"][14] == found["accuracy"][14] == 1.0
    assert found["confidence"][0] is None
    assert found["accuracy"][0] is None
    assert found["ece"] == pytest.approx(2 / 3 * (0.5 - (0.25 + 4 / 15) / 2))


edges = np.linspace(0, 1, N_BINS + 1).tolist()


@examples
@given(st.lists(st.tuples(st.booleans(), st.one_of(scores, st.sampled_from(edges))), min_size=1))
def test_reliability_is_that_of_sklearn(rows):
    right, confidence = map(np.array, zip(*rows, strict=True))
    found = reliability(right, confidence)
    accuracy, mean = calibration_curve(right, confidence, n_bins=N_BINS)
    filled = [n > 0 for n in found["count"]]
    assert sum(found["count"]) == len(rows)
    assert [a for a in found["accuracy"] if a is not None] == pytest.approx(accuracy, abs=1e-6)
    assert [c for c in found["confidence"] if c is not None] == pytest.approx(mean, abs=1e-6)
    shares = np.array(found["count"])[filled] / len(rows)
    assert found["ece"] == pytest.approx(float((shares * np.abs(accuracy - mean)).sum()), abs=1e-9)


def test_what_counts_as_confidence():
    """The confidence is the probability of the predicted class; for a multi-label image, of each label."""
    several, binary, many = TINY
    found = curves(TINY_PREDICTIONS, TINY_LABELS, TINY)
    of_several = reliability(np.array([True, True, True, False, True]), np.array([0.5, 1, 0.5, 0.4, 0.8]))
    assert found[several.name]["reliability"] == of_several
    of_binary = reliability(np.array([True, True, True, True]), np.array([0.5, 0.75, 0.9, 1.0]))
    assert found[binary.name]["reliability"] == of_binary
    of_many = reliability(TINY_LABELS[many.name].ravel() == 1, TINY_PREDICTIONS[many.name].ravel())
    assert found[many.name]["reliability"] == of_many


def random_scores(benchmark: Benchmark) -> dict[str, np.ndarray]:
    """Return random scores, which give the longest curves."""
    rng = np.random.default_rng(0)
    return {d.name: rng.random((d.n_test, d.n_classes)) for d in benchmark}


@pytest.mark.parametrize("kind", ["mediocre", "good", "noise", "ties", "perfect"])
def test_a_submission_of_full_size(kind, labels):
    if kind == "noise":
        predictions = random_scores(MEDMNIST_PLUS)
    else:
        skill = {"mediocre": 1.0, "good": 3.0, "ties": 1.0, "perfect": 60.0}[kind]
        predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=skill, seed=1)
    if kind == "ties":
        predictions = {name: np.round(values, 2) for name, values in predictions.items()}
    found = curves(predictions, labels.labels, MEDMNIST_PLUS)
    assert len(json.dumps(found, allow_nan=False)) < MOST_BYTES, "measured: up to 215 kB"
    for dataset in MEDMNIST_PLUS:
        of_dataset = found[dataset.name]
        n_curves = 1 if dataset.task is Task.BINARY else dataset.n_classes
        assert len(of_dataset["roc"]) == n_curves
        for curve in of_dataset["roc"]:
            line = points(curve)
            assert len(line) <= MAX_POINTS
            area = np.trapezoid(line[:, 1], line[:, 0])
            assert area == pytest.approx(curve["auc"], abs=1e-3), "measured: within 0.00026"
        n = dataset.n_test * (dataset.n_classes if dataset.task is Task.MULTILABEL else 1)
        assert np.sum(of_dataset["confusion"]) == n
        assert sum(of_dataset["reliability"]["count"]) == n
