"""Figure of differences to a first entry: drawing and table."""

from typing import Any

import pytest

from challenge.figures.paired import paired_differences_by_dataset
from challenge.results.score import Difference
from challenge.scoring.benchmark import MEDMNIST_PLUS

N = len(MEDMNIST_PLUS.datasets)


def drawn(**about):
    """Draw two entries against a first entry; the second is published, without the last dataset."""
    sure, unsure = Difference(0.02, 0.01, 0.035, 0.0), Difference(-0.01)
    given: dict[str, Any] = {
        "first": "Model <A>",
        "others": ["Model B", "Model <C>"],
        "means": [sure, unsure],
        "by_dataset": [[sure, unsure]] * (N - 1) + [[sure, None]],
        "metric": "auc",
        "benchmark": MEDMNIST_PLUS,
    }
    return paired_differences_by_dataset(**given | about)


def test_points_have_their_intervals_as_bars():
    figure = drawn()
    sure, unsure = figure.data
    assert sure["x"] == [0.02] * (N + 1)
    assert sure["error_x"]["array"] == pytest.approx([0.015] * (N + 1))
    assert sure["error_x"]["arrayminus"] == pytest.approx([0.01] * (N + 1))
    assert unsure["x"] == [-0.01] * N
    assert set(unsure["error_x"]["array"] + unsure["error_x"]["arrayminus"]) == {0}
    assert unsure["name"] == "Model &lt;C&gt;"


def test_each_line_has_its_own_place_and_entries_do_not_hide_each_other():
    figure = drawn()
    places = [round(y) for y in figure.data[0]["y"]]
    assert places == list(range(N + 1))
    assert figure.layout["yaxis"]["ticktext"] == ["Mean of 12", *(d.title for d in MEDMNIST_PLUS)]
    assert not {*figure.data[0]["y"]} & {*figure.data[1]["y"]}
    assert figure.layout["yaxis"]["range"][0] > figure.layout["yaxis"]["range"][1], "the mean is at the top"


def test_the_table_has_the_same_numbers():
    figure = drawn()
    assert list(figure.columns) == ["Dataset", "Model B", "low", "high", "Model <C>", "low", "high"]
    assert list(figure.rows[0]) == ["Mean of 12", 0.02, 0.01, 0.035, -0.01, None, None]
    assert list(figure.rows[-1]) == ["OrganSMNIST", 0.02, 0.01, 0.035, None, None, None]
    assert len(figure.rows) == N + 1


def test_one_other_entry_needs_no_legend():
    alone = drawn(others=["Model B"], means=[Difference(0.1)], by_dataset=[[Difference(0.1)]] * N)
    assert not alone.layout["showlegend"]
    assert drawn().layout["showlegend"]
    assert alone.data[0]["y"] == list(range(N + 1))
