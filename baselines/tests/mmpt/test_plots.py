"""Figures of trainings: they are valid for plotly and show the numbers of the runs."""

import plotly.graph_objects as go
import pytest

from baselines.mmpt.studies import plots
from baselines.mmpt.training.history import read_history
from baselines.tests.mmpt.histories import ROWS, make_run


@pytest.fixture
def one(tmp_path):
    return read_history(make_run(tmp_path / "one", ROWS))


@pytest.fixture
def other(tmp_path):
    longer = [*ROWS, *((3, *row[1:]) for row in ROWS[:4])]
    return read_history(make_run(tmp_path / "other", longer, weighted_loss=True))


def drawn(figure) -> go.Figure:
    """Check a figure as plotly does, on the page and in files."""
    go.Figure(figure.data, figure.file_layout())
    return go.Figure(figure.data, figure.layout)


def test_all_figures_are_valid_and_have_different_names(one, other):
    for histories in ([one], [one, other], [one, one]):
        figures = plots.figures(histories)
        assert len({figure.name for figure in figures}) == len(figures) == 9
        for figure in figures:
            drawn(figure)
            assert all(len(row) == len(figure.columns) for row in figure.rows)


def test_losses_of_two_runs_have_one_scale(one, other):
    figure = plots.mean_curves([one, other], "loss", "batches")
    graph = drawn(figure)
    assert [(trace.xaxis, trace.name, list(trace.x)) for trace in graph.data] == [
        ("x", "training", [1, 2]),
        ("x", "validation", [1, 2]),
        ("x2", "training", [1, 2, 3]),
        ("x2", "validation", [1, 2, 3]),
    ]
    assert list(graph.data[0].y) == pytest.approx([1.75, 0.95])
    assert list(graph.data[1].y) == pytest.approx([1.3, 3.5 / 3])
    assert graph.layout.yaxis2.matches == "y"
    titles = [annotation.text for annotation in graph.layout.annotations]
    assert titles == ["mm-PT ResNet-18, 28 px", "mm-PT ResNet-18, weighted loss, 28 px"]
    # the best epoch of both is 2; the legend names each split once
    assert [shape.x0 for shape in graph.layout.shapes] == [2, 2]
    assert [trace.showlegend for trace in graph.data] == [True, True, False, False]
    assert figure.rows[0] == ["mm-PT ResNet-18, 28 px", "training", 1, 1.75]
    assert len(figure.rows) == 10


def test_each_dataset_has_a_plot_with_runs_by_colour_and_splits_by_dash(one, other):
    figure = plots.dataset_curves([one, other], "auc")
    graph = drawn(figure)
    assert [annotation.text for annotation in graph.layout.annotations] == ["PathMNIST", "BreastMNIST"]
    looks = {(trace.legendgroup, trace.line.color, trace.line.dash) for trace in graph.data}
    assert len(looks) == 4
    assert len({colour for _, colour, _ in looks}) == len({dash for *_, dash in looks}) == 2
    second = [trace for trace in graph.data if trace.xaxis == "x2"]
    assert [list(trace.y) for trace in second[:2]] == [[0.6, 0.8], [0.65, 0.85]]
    assert ["mm-PT ResNet-18, 28 px", "BreastMNIST", "validation", 2, 0.85] in figure.rows


def test_scores_of_the_kept_models_on_each_dataset(one, other):
    figure = plots.at_best_epoch([one, other], "auc")
    assert figure.columns == ["Dataset", "mm-PT ResNet-18, 28 px", "mm-PT ResNet-18, weighted loss, 28 px"]
    assert figure.rows == [["PathMNIST", 0.75, 0.75], ["BreastMNIST", 0.85, 0.85]]


def test_runs_of_the_same_training_are_named_by_their_folders(one, tmp_path):
    again = read_history(make_run(tmp_path / "again", ROWS, seed=1))
    assert plots.labels([one, again]) == ["mm-PT ResNet-18, 28 px (one)", "mm-PT ResNet-18, 28 px (again)"]
