"""Figures of an entry over all datasets, for numbers worked out by hand."""

import plotly.graph_objects as go
import pytest

from challenge.figures.figure import Figure
from challenge.figures.submission import metric_by_dataset, rank_by_dataset
from challenge.results.score import Score, Series
from challenge.scoring.benchmark import MEDMNIST_PLUS

NAMES = [dataset.name for dataset in MEDMNIST_PLUS]
TITLES = [dataset.title for dataset in MEDMNIST_PLUS]

#: 0.01 to 0.12
RISING = {name: Score((i + 1) / 100) for i, name in enumerate(NAMES)}
HIGH = {name: Score(0.9) for name in NAMES}


def drawn(figure: Figure) -> go.Figure:
    """Return the figure as a plotly object, which checks all attributes."""
    return go.Figure(figure.data, figure.layout)


def test_a_metric_on_each_dataset():
    figure = metric_by_dataset(
        [Series("Ours", RISING), Series("Theirs", {"octmnist": Score(0.5)})], "auc", MEDMNIST_PLUS
    )
    ours, theirs = drawn(figure).data
    assert list(ours.x) == TITLES
    assert list(ours.y) == [score.value for score in RISING.values()]
    assert [y for y in theirs.y if y is not None] == [0.5]
    assert ours.error_y.array is None
    assert figure.rows[3] == ["OCTMNIST", 0.04, 0.5]
    assert figure.note == ""


def test_intervals_and_deviations_are_bars_and_the_note_says_which():
    interval = Series("Ours", {"octmnist": Score(0.5, low=0.4, high=0.7)})
    deviation = Series("Theirs", {"octmnist": Score(0.6, std=0.05)}, is_published=True)
    figure = metric_by_dataset([interval, deviation], "auc", MEDMNIST_PLUS)
    ours, theirs = drawn(figure).data
    assert (ours.error_y.array[3], ours.error_y.arrayminus[3]) == pytest.approx((0.2, 0.1))
    assert (theirs.error_y.array[3], theirs.error_y.arrayminus[3]) == (0.05, 0.05)
    assert ours.error_y.array[0] == 0
    assert "Bars of entries are 95 % intervals." in figure.note
    assert "Bars of published results are one standard deviation" in figure.note
    assert "intervals" not in metric_by_dataset([deviation], "auc", MEDMNIST_PLUS).note
    seeds = Series("Group", {"octmnist": Score(0.6, std=0.05)})
    assert "published" not in metric_by_dataset([interval, seeds], "auc", MEDMNIST_PLUS).note
    assert "Bars of groups of seeds" in metric_by_dataset([interval, seeds], "auc", MEDMNIST_PLUS).note


def test_the_rank_on_each_dataset():
    figure = rank_by_dataset({"octmnist": (2, 7), "pathmnist": (1, 5)}, "auc", MEDMNIST_PLUS)
    (trace,) = drawn(figure).data
    assert list(trace.y) == ["PathMNIST", "OCTMNIST"]
    assert list(trace.x) == [1, 2]
    assert list(trace.text) == ["1 of 5", "2 of 7"]
    assert [list(row) for row in figure.rows] == [["PathMNIST", 1, 5], ["OCTMNIST", 2, 7]]
