"""Confusion matrices, ROC curves and reliability diagrams, for numbers worked out by hand."""

import numpy as np
import plotly.graph_objects as go
import pytest
from sklearn import metrics as sklearn_metrics

from challenge.figures.curves import confusion_matrix, reliability_diagram, roc_curves
from challenge.figures.figure import Figure
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.metrics.curves import curves, dataset_curves

SEVERAL = Dataset("several", "Several", "Test", Task.MULTICLASS, ("a", "b <i>", "c"), 5)
PAIR = Dataset("pair", "Pair", "Test", Task.BINARY, ("no", "yes"), 4)
MANY = Dataset("many", "Many", "Test", Task.MULTILABEL, ("p", "q"), 4)

DATA = {
    "several": dataset_curves(
        np.array([2, 0, 1, 1, 2]),
        np.array([[0.2, 0.3, 0.5], [1, 0, 0], [0.25, 0.5, 0.25], [0.4, 0.3, 0.3], [0.1, 0.1, 0.8]]),
        SEVERAL,
    ),
    "pair": dataset_curves(
        np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]]), PAIR
    ),
    "many": dataset_curves(
        np.array([[0, 1], [1, 0], [1, 1], [0, 1]]),
        np.array([[0.1, 0.4], [0.7, 0.2], [0.3, 0.1], [0.9, 0.3]]),
        MANY,
    ),
}


def drawn(figure: Figure) -> go.Figure:
    """Return the figure as a plotly object, which checks all attributes."""
    return go.Figure(figure.data, figure.layout)


def test_a_confusion_matrix():
    figure = confusion_matrix(SEVERAL, DATA["several"])
    (trace,) = drawn(figure).data
    assert list(trace.text) == [["1", "0", "0"], ["1", "1", "0"], ["0", "0", "2"]]
    assert list(trace.z) == [[1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]]
    assert trace.y == ("a", "b &lt;i&gt;", "c")
    assert figure.name == "confusion-several"
    assert list(figure.columns) == [
        "True class",
        "Predicted: a",
        "Predicted: b <i>",
        "Predicted: c",
        "Images",
    ]
    assert figure.rows == [["a", 1, 0, 0, 1], ["b <i>", 1, 1, 0, 2], ["c", 0, 0, 2, 2]]


def test_labels_have_sensitivity_specificity_and_precision():
    figure = confusion_matrix(MANY, DATA["many"])
    (trace,) = drawn(figure).data
    # p: found in one of two images, and predicted for one of the two others. q: never predicted.
    assert list(trace.z) == [[0.5, 0.5, 0.5], [0, 1, None]]
    assert list(trace.text) == [["0.500", "0.500", "0.500"], ["0.000", "1.000", "–"]]
    assert figure.rows == [["p", 1, 1, 1, 1, 0.5, 0.5, 0.5], ["q", 1, 0, 3, 0, 0, 1, None]]


def test_roc_curves():
    figure = roc_curves(PAIR, DATA["pair"])
    (trace,) = drawn(figure).data
    assert trace.name == "yes: AUC 0.7500"
    assert list(zip(trace.x, trace.y, strict=True)) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    assert "“yes”" in figure.title
    assert figure.rows == [["yes", 0.75, 0.5, 0.5, 0.5, 0.5, 1.0]]


def test_a_roc_curve_for_each_class_or_label():
    for dataset in (SEVERAL, MANY):
        figure = roc_curves(dataset, DATA[dataset.name])
        assert len(drawn(figure).data) == dataset.n_classes == len(figure.rows)
        assert [row[0] for row in figure.rows] == list(dataset.classes)


def test_true_positive_rates_of_the_table_lie_on_the_curve_of_sklearn(labels):
    dataset = MEDMNIST_PLUS["retinamnist"]
    y_score = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.5, seed=0)[dataset.name]
    y_true = labels.labels[dataset.name]
    for c, row in enumerate(roc_curves(dataset, dataset_curves(y_true, y_score, dataset)).rows):
        fpr, tpr, _ = sklearn_metrics.roc_curve(y_true == c, y_score[:, c])
        for rate, found in zip((0.01, 0.05, 0.1, 0.2, 0.5), row[2:], strict=True):
            # one of 200 steps may cut a corner
            assert (
                tpr[fpr <= rate - 0.01].max(initial=0) - 0.01 <= found <= tpr[fpr <= rate + 0.01].max() + 0.01
            )


def test_a_reliability_diagram():
    figure = reliability_diagram(PAIR, DATA["pair"])
    line, bars = drawn(figure).data
    # right at 0.9, at 0.6 and at 0.8, wrong at 0.65: each in its own bin, except two in (9/15, 10/15]
    assert line.x == pytest.approx((0.6, 0.65, 0.8, 0.9))
    assert line.y == (1, 0, 1, 1)
    assert sum(bars.y) == 1
    assert "0.3375" in figure.title  # (0.4 + 0.65 + 0.2 + 0.1) / 4
    assert figure.rows[8] == ["0.53 to 0.60", 1, 0.6, 1.0]
    assert figure.rows[0] == ["0.00 to 0.07", 0, None, None]


@pytest.mark.parametrize("draw", [confusion_matrix, roc_curves, reliability_diagram])
def test_every_dataset_at_full_size(draw, all_curves):
    for dataset in MEDMNIST_PLUS:
        figure = draw(dataset, all_curves[dataset.name])
        drawn(figure)
        assert dataset.title in figure.title
        assert figure.name.endswith(f"-{dataset.name}")
        assert all(len(row) == len(figure.columns) for row in figure.rows)


def test_classes_with_shortened_names_can_be_distinguished(all_curves):
    for dataset in MEDMNIST_PLUS:
        (trace,) = confusion_matrix(dataset, all_curves[dataset.name]).data
        assert len(set(trace["y"])) == dataset.n_classes


@pytest.fixture(scope="module")
def all_curves(labels) -> dict:
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.0, seed=0)
    return curves(predictions, labels.labels, MEDMNIST_PLUS)
