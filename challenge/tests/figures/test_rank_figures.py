"""Figures of ranks, for numbers worked out by hand or counted again."""

import json
from collections import Counter

import numpy as np
import pytest

from challenge.figures.agreement import kendall_violins
from challenge.figures.figure import Figure
from challenge.figures.paired_matrix import paired_differences
from challenge.figures.rank_panels import MAX_ENTRIES
from challenge.figures.ranks import LOWEST_DRAWN, rank_blobs, rank_blobs_by_dataset, ranks_by_method
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.figures.drawn import HOSTILE, LABELS, check, lines_of, unpacked


def size(figure: Figure) -> int:
    return len(json.dumps(figure.spec()))


def blobs_of(figure: Figure) -> list[tuple[int, int, int, int]]:
    """Return x, y, rank and number of replicates of each blob."""
    trace = figure.data[0]
    columns = (trace["x"], trace["y"], trace["customdata"], trace["marker"]["size"])
    return list(zip(*(unpacked(column).tolist() for column in columns), strict=True))


#: Three entries, of which the second is the best, and their ranks in four replicates.
VALUES = [0.7, 0.9, 0.8]
RANKS = np.array([[3, 3, 3, 2], [1, 1, 1, 2], [2, 2, 1, 3]])


def test_blobs_are_as_large_as_the_rank_is_frequent_and_the_best_entry_comes_first():
    figure = rank_blobs(["C", "A", "B"], RANKS, VALUES, "auc")
    drawn = check(figure)
    assert [(x, rank, count) for x, _, rank, count in blobs_of(figure)] == [
        (0, 1, 3), (0, 2, 1), (1, 1, 1), (1, 2, 2), (1, 3, 1), (2, 2, 1), (2, 3, 3),
    ]  # fmt: skip
    assert all(y == rank for _, y, rank, _ in blobs_of(figure))
    assert list(drawn.layout.xaxis.ticktext) == ["A", "B", "C"]
    first, last = drawn.layout.yaxis.range
    assert first > 3 > 1 > last  # the best rank is at the top
    assert drawn.layout.yaxis.ticktext == ("1", "2", "3")


def test_a_blob_of_all_replicates_is_28_pixels_wide():
    # plotly.js: "area" makes the radius the root of size / 2 / sizeref
    marker = rank_blobs(["A"], np.ones((1, 500), int), [0.9], "auc").data[0]["marker"]
    assert marker["sizemode"] == "area"
    assert 2 * np.sqrt(500 / 2 / marker["sizeref"]) == pytest.approx(28)


def test_crosses_are_medians_and_lines_hold_95_percent():
    ranks = np.array([[1] * 20 + [2] * 960 + [5] * 20, [1] * 500 + [2] * 500, [9] * 26 + [3] * 974])
    figure = rank_blobs(["A", "B", "C"], ranks, [0.9, 0.8, 0.7], "auc")
    crosses = figure.data[1]
    assert (crosses["x"], crosses["y"]) == ([0, 1, 2], [2, 1.5, 3])
    # 2 % at each end are less than 2.5 %; 2.6 % are more
    assert lines_of(figure.layout["shapes"][0]) == [[0, 2, 0, 2], [1, 1, 1, 2], [2, 3, 2, 9]]
    assert [list(row[3:6]) for row in figure.rows] == [[2, 2, 2], [1.5, 1, 2], [3, 3, 9]]


def test_the_table_of_blobs():
    figure = rank_blobs(["C", "A", "B"], RANKS, VALUES, "auc")
    assert figure.rows == [
        ["A", 0.9, 1, 1, 1, 2, 0.75],
        ["B", 0.8, 2, 2, 1, 3, 0.25],
        ["C", 0.7, 3, 3, 2, 3, 0],
    ]
    tied = rank_blobs(["A", "B", "C"], RANKS, [0.9, 0.9, 0.8], "auc")
    assert [row[2] for row in tied.rows] == [1, 1, 3]


def test_title_and_note_say_what_the_drawing_leaves_out():
    ranks = np.tile(np.arange(1, 41)[:, None], 3)
    ranks[0, 0] = 99
    figure = rank_blobs(LABELS, ranks, np.linspace(1, 0.5, 40).tolist(), "auc")
    assert len(check(figure).layout.xaxis.ticktext) == MAX_ENTRIES
    assert len(figure.rows) == 40
    assert f"the first {MAX_ENTRIES} of 40 entries" in figure.title
    assert max(y for _, y, _, _ in blobs_of(figure)) == LOWEST_DRAWN
    assert f"Ranks below {LOWEST_DRAWN} are drawn at {LOWEST_DRAWN}." in figure.note
    assert figure.rows[0][5] == 99
    assert "are drawn at" not in rank_blobs(LABELS[:3], RANKS, VALUES, "auc").note


@pytest.mark.parametrize("entries", [2, 7, 30])
def test_every_panel_has_the_blobs_of_its_dataset(entries):
    ranks = np.random.default_rng(entries).integers(1, entries + 1, (12, entries, 50))
    figure = rank_blobs_by_dataset(LABELS[:entries], ranks, MEDMNIST_PLUS, "auc")
    check(figure)
    titles, x_axis, y_axis = (figure.layout[name] for name in ("annotations", "xaxis", "yaxis"))
    places = dict(zip(y_axis["tickvals"], y_axis["ticktext"], strict=True))
    assert set(places.values()) >= {"1", str(entries)}
    found = {}
    for x, y, rank, count in blobs_of(figure):
        above_left = [title for title in titles if title["x"] <= x and title["y"] <= y]
        panel = max(above_left, key=lambda title: (title["y"], title["x"]))["text"]
        label = x_axis["ticktext"][x_axis["tickvals"].index(x)]
        assert places.get(y, str(rank)) == str(rank)
        assert (panel, label, rank) not in found
        found[panel, label, rank] = count
    counted: Counter = Counter()
    for dataset, panel_ranks in zip(MEDMNIST_PLUS, ranks, strict=True):
        for label, row in zip(x_axis["ticktext"][:entries], panel_ranks, strict=True):
            counted.update((f"<b>{dataset.title}</b>", label, int(rank)) for rank in row)
    assert found == dict(counted)


def test_the_table_by_dataset():
    ranks = np.tile(RANKS, (12, 1, 1))
    ranks[1, 0] = 1
    figure = rank_blobs_by_dataset(["C", "A", "B"], ranks, MEDMNIST_PLUS, "auc")
    assert list(figure.columns[:5]) == [
        "Entry",
        "PathMNIST: Median rank",
        "PathMNIST: 2.5 %",
        "PathMNIST: 97.5 %",
        "ChestMNIST: Median rank",
    ]
    assert list(figure.rows[0][:7]) == ["C", 3, 2, 3, 1, 1, 1]


def test_labels_are_text_and_may_be_equal():
    figure = rank_blobs([HOSTILE, HOSTILE, "C"], RANKS, VALUES, "auc")
    names = check(figure).layout.xaxis.ticktext
    assert names[0] == names[2]
    assert "<" not in names[0]
    zeros = np.zeros((2, 2))
    assert (
        "<"
        not in check(paired_differences([HOSTILE] * 2, zeros, zeros, zeros, "auc")).layout.yaxis.ticktext[0]
    )
    by_dataset = rank_blobs_by_dataset([HOSTILE] * 3, np.tile(RANKS, (12, 1, 1)), MEDMNIST_PLUS, "auc")
    assert "<" not in check(by_dataset).layout.xaxis.ticktext[0]


def test_pages_stay_light_with_30_entries_of_any_ranks():
    rng = np.random.default_rng(2)
    labels = LABELS[:30]
    ranks = rng.integers(1, 31, (12, 30, 1000))
    values = rng.uniform(0.5, 1, 30).tolist()
    difference = rng.normal(0, 0.01, (30, 30))
    figures = [
        rank_blobs(labels, ranks[0], values, "balanced_accuracy"),
        paired_differences(labels, difference, difference - 0.001, difference + 0.001, "balanced_accuracy"),
        ranks_by_method(labels, {f"Way {n}": ranks[0, :, n].tolist() for n in range(7)}, "balanced_accuracy"),
        kendall_violins({f"Dataset {n}": rng.uniform(-1, 1, 1000) for n in range(13)}, "balanced_accuracy"),
    ]
    by_dataset = rank_blobs_by_dataset(labels, ranks, MEDMNIST_PLUS, "balanced_accuracy")
    for figure in (*figures, by_dataset):
        check(figure)
    assert all(size(figure) <= 40_000 for figure in figures), [size(figure) for figure in figures]
    assert size(by_dataset) <= 120_000
    assert len({figure.name for figure in (*figures, by_dataset)}) == 5
