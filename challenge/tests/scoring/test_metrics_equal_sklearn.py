"""Metrics compared with scikit-learn, within 1e-12."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.metrics.evaluator import score_dataset
from challenge.scoring.metrics.ranked import METRICS, auc, balanced_accuracy, cohen_kappa, confusion_matrix
from challenge.tests.scoring.conftest import TINY
from challenge.verification.metrics import metrics_by_sklearn

#: Scores that are tied, at the threshold, at the limits, adjacent floats, subnormal, or minus zero.
AWKWARD = [
    0.0,
    -0.0,
    0.5,
    np.nextafter(0.5, 0),
    np.nextafter(0.5, 1),
    1.0,
    np.nextafter(1.0, 0),
    5e-324,
    1e-323,
    1e-310,
]

examples = settings(max_examples=150, deadline=None, derandomize=True, database=None)
scores = st.one_of(st.sampled_from(AWKWARD), st.floats(0, 1))


def assert_equal_sklearn(y_true, y_score, dataset):
    found = score_dataset(y_true, y_score, dataset)
    expected = metrics_by_sklearn(y_true, y_score, dataset.task)
    for metric in METRICS:
        assert getattr(found, metric) == pytest.approx(expected[metric], rel=0, abs=1e-12), metric


@examples
@given(st.lists(st.tuples(st.booleans(), scores), max_size=30))
def test_auc(pairs):
    positive, y_score = map(np.array, zip((True, 0.5), (False, 0.5), *pairs, strict=True))
    assert auc(positive, y_score) == pytest.approx(
        sklearn_metrics.roc_auc_score(positive, y_score), rel=0, abs=1e-12
    )


def test_auc_ends_and_middle():
    assert auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4])) == 1
    assert auc(np.array([1, 1, 0, 0]), np.array([0.1, 0.2, 0.3, 0.4])) == 0
    assert auc(np.array([1, 0, 1, 0]), np.array([0.3, 0.3, 0.3, 0.3])) == 0.5
    assert auc(np.array([1, 0]), np.array([0.0, -0.0])) == 0.5
    assert auc(np.array([1, 0]), np.array([5e-324, 0.0])) == 1


@examples
@given(st.data())
def test_score_dataset(data):
    dataset = data.draw(st.sampled_from(TINY.datasets))
    n, n_classes = dataset.n_test, dataset.n_classes
    rows = st.lists(scores, min_size=n_classes, max_size=n_classes)
    y_score = np.array(data.draw(st.lists(rows, min_size=n, max_size=n)))
    if dataset.task is Task.MULTILABEL:
        columns = st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2).map(lambda rest: [0, 1, *rest])
        y_true = np.array([data.draw(columns) for _ in range(n_classes)], np.uint8).T
    else:
        rest = st.lists(st.integers(0, n_classes - 1), min_size=n - n_classes, max_size=n - n_classes)
        y_true = np.array([*range(n_classes), *data.draw(rest)])
    assert_equal_sklearn(y_true, y_score, dataset)


def full_size(dataset, kind, rng):
    """Return labels of every class and scores of a kind, for a dataset in its full size."""
    n, n_classes = dataset.n_test, dataset.n_classes
    if dataset.task is Task.MULTILABEL:
        y_true = (rng.random((n, n_classes)) < 0.05).astype(np.uint8)
        y_true[:2] = [[0], [1]]
    else:
        y_true = rng.permutation(np.arange(n) % n_classes)
    y_score = rng.dirichlet(np.ones(n_classes), n)
    match kind:
        case "ties":
            y_score = y_score.round(1)
        case "constant column":
            y_score[:, 1] = 0.5
        case "one-hot":
            y_score = np.eye(n_classes)[y_score.argmax(axis=1)]
        case "subnormal":
            y_score *= 1e-318
        case "column order":
            y_score = np.asfortranarray(y_score)
    return y_true, y_score


@pytest.mark.parametrize(
    "kind", ["random", "ties", "constant column", "one-hot", "subnormal", "column order"]
)
@pytest.mark.parametrize("name", ["chestmnist", "dermamnist", "pneumoniamnist", "retinamnist", "breastmnist"])
def test_full_size(name, kind):
    dataset = MEDMNIST_PLUS[name]
    y_true, y_score = full_size(dataset, kind, np.random.default_rng(0))
    assert_equal_sklearn(y_true, y_score, dataset)


def test_predicting_one_class_only_is_agreement_by_chance():
    confusion = confusion_matrix(np.array([0, 0, 1, 2]), np.array([1, 1, 1, 1]), 3)
    assert cohen_kappa(confusion) == 0
    assert balanced_accuracy(confusion) == pytest.approx(1 / 3)


@pytest.mark.parametrize("metric", [balanced_accuracy, cohen_kappa])
@pytest.mark.parametrize("y_true", [[0, 0, 0], [1, 1, 1]])
def test_labels_with_a_missing_class_are_an_error_and_never_nan(metric, y_true):
    confusion = confusion_matrix(np.array(y_true), np.array(y_true), 2)
    with pytest.raises(ValueError, match="every class"):
        metric(confusion)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(sklearn_metrics.cohen_kappa_score(y_true, y_true))  # ours is not NaN


@pytest.mark.parametrize("positive", [[0, 0], [1, 1], []])
def test_auc_of_one_class_is_an_error(positive):
    with pytest.raises(ValueError, match="both positive and negative"):
        auc(np.array(positive), np.zeros(len(positive)))
