"""Figures of ranks, for numbers worked out by hand, counted again, or computed by scipy."""

import base64
import json
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest
from scipy.stats import gaussian_kde

from challenge.figures.agreement import kendall_violins
from challenge.figures.figure import Figure
from challenge.figures.paired_matrix import MAX_WITH_NUMBERS, paired_differences
from challenge.figures.rank_panels import MAX_ENTRIES
from challenge.figures.ranks import (
    LOWEST_DRAWN,
    rank_blobs,
    rank_blobs_by_dataset,
    ranks_by_method,
)
from challenge.figures.themes import theme
from challenge.scoring.benchmark import MEDMNIST_PLUS

HOSTILE = "<b>A</b> & " + "long " * 30
LABELS = [f"Entry {number} of a team with a long name"[:38] for number in range(40)]


def check(figure: Figure) -> go.Figure:
    """Have Plotly check the figure for pages and files, after conversion to JSON."""
    spec = json.loads(json.dumps(figure.spec(), allow_nan=False))
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    go.Figure(spec["data"], spec["file"])
    return go.Figure(spec["data"], spec["layout"])


def size(figure: Figure) -> int:
    return len(json.dumps(figure.spec()))


def unpacked(packed: dict[str, str]) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(packed["bdata"]), f"<{packed['dtype']}")
    return values.reshape([int(length) for length in packed.get("shape", "-1").split(",")])


def blobs_of(figure: Figure) -> list[tuple[int, int, int, int]]:
    """Return x, y, rank and number of replicates of each blob."""
    trace = figure.data[0]
    columns = (trace["x"], trace["y"], trace["customdata"], trace["marker"]["size"])
    return list(zip(*(unpacked(column).tolist() for column in columns), strict=True))


def lines_of(shape: dict) -> list[list[float]]:
    """Return x0, y0, x1 and y1 of each line."""
    return [[float(number) for number in re.split("[,L]", line)] for line in shape["path"].split("M") if line]


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


DIFFERENCE = np.array([[0, 0.02, 0.05], [-0.02, 0, 0.03], [-0.05, -0.03, 0]])
LOW = np.array([[0, 0, 0.01], [-0.04, 0, -0.01], [-0.09, -0.07, 0]])
HIGH = -LOW.T


def test_differences_whose_interval_excludes_0_have_a_dot():
    figure = paired_differences(["A", "B", "C"], DIFFERENCE, LOW, HIGH, "balanced_accuracy")
    check(figure)
    cells, dots = figure.data
    z = unpacked(cells["z"])
    assert np.isnan(z.diagonal()).all()
    assert z[0, 1:] == pytest.approx([0.02, 0.05])
    assert z[2, :2] == pytest.approx([-0.05, -0.03])
    # An interval that begins at 0 does not exclude 0.
    assert list(zip(unpacked(dots["y"]), unpacked(dots["x"]), strict=True)) == [(0, 2), (2, 0)]
    scale = figure.layout["coloraxis"]
    assert (scale["cmin"], scale["cmax"]) == (-0.05, 0.05)


def test_the_table_of_differences_has_the_intervals():
    figure = paired_differences(["A", "B", "C"], DIFFERENCE, LOW, HIGH, "balanced_accuracy")
    assert list(figure.columns[:4]) == ["Entry", "minus A", "low", "high"]
    assert figure.rows[0] == ["A", None, None, None, 0.02, 0, 0.04, 0.05, 0.01, 0.09]
    assert figure.rows[2] == ["C", -0.05, -0.09, -0.01, -0.03, -0.07, 0.01, None, None, None]


def test_numbers_are_shown_only_in_large_enough_cells():
    for entries in (MAX_WITH_NUMBERS, MAX_WITH_NUMBERS + 1):
        zeros = np.zeros((entries, entries))
        cells, _ = check(paired_differences(LABELS[:entries], zeros, zeros, zeros, "auc")).data
        assert bool(cells.texttemplate) == (entries == MAX_WITH_NUMBERS)
    most = np.zeros((40, 40))
    figure = paired_differences(LABELS, most, most, most, "auc")
    assert unpacked(figure.data[0]["z"]).shape == (MAX_ENTRIES, MAX_ENTRIES)
    assert f"the first {MAX_ENTRIES} of 40 entries" in figure.title


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2."""
    lights = []
    for colour in (one, other):
        channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        lights.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return float(max(lights) / min(lights))


@pytest.mark.parametrize("name", ["light", "dark", "file"])
def test_numbers_can_be_read_on_every_colour_of_the_diverging_scale(name):
    layout = theme(name)["layout"]
    scale = layout["colorscale"]["diverging"]
    assert [place for place, _ in scale] == [0, 0.5, 1]
    assert all(contrast(layout["font"]["color"], colour) >= 4.5 for _, colour in scale)


def test_an_entry_is_a_line_over_the_ways_to_rank_and_leads_to_its_name():
    figure = ranks_by_method(
        ["A", HOSTILE, "C", "D"],
        {"Mean": [2, 1, 3, 4], "Wins by <test>, over all of the datasets": [1, 1, 3, None]},
        "auc",
    )
    drawn = check(figure)
    lines = {line.name: line for line in drawn.data}
    hostile = next(name for name in lines if name.startswith("&lt;b&gt;A&lt;/b&gt; &amp; long"))
    assert list(lines) == [hostile, "A", "C", "D"]
    assert [line.y[:2] for line in lines.values()] == [(1, 1), (2, 1), (3, 3), (4, None)]
    # Two entries share a rank, but each name has its own place.
    ends = [line.y[2] for line in lines.values()]
    assert ends == [1, 2, 3, 4]
    assert [line.text[2].strip() for line in lines.values()] == [hostile, "A", "C", "D (no rank)"]
    assert drawn.layout.xaxis.ticktext == ("Mean", "Wins by &lt;test&gt;,<br>over all of the<br>datasets")
    assert figure.rows == [[HOSTILE, 1, 1], ["A", 2, 1], ["C", 3, 3], ["D", 4, None]]


def test_lines_of_many_entries_differ_and_far_ranks_are_drawn_at_the_end():
    ranks = list(range(1, 41))
    figure = ranks_by_method(LABELS, {"Mean": ranks, "Worst": [999, *ranks[:-1]]}, "auc")
    lines = check(figure).data
    looks = {(number % 8, line.line.dash) for number, line in enumerate(lines)}  # the themes have 8 colours
    assert len(lines) == len(looks) == MAX_ENTRIES
    assert lines[0].y[1] == LOWEST_DRAWN
    assert f"Ranks below {LOWEST_DRAWN}" in figure.note
    assert (len(figure.rows), figure.rows[0][2]) == (40, 999)


def violins_of(figure: Figure) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return x and y of each violin."""
    x, y = figure.data[0]["x"], figure.data[0]["y"]
    gaps = [-1, *(i for i, value in enumerate(x) if value is None)]
    return [(np.array(x[start + 1 : end]), np.array(y[start + 1 : end])) for start, end in pairwise(gaps)]


def test_violins_are_the_density_of_scipy():
    taus = np.tanh(np.random.default_rng(0).normal(0.7, 0.3, 1000))
    x, y = violins_of(kendall_violins({"Mean": taus}, "auc"))[0]
    lower, upper = np.quantile(taus, [0.25, 0.75])
    bandwidth = 0.9 * min(taus.std(), (upper - lower) / 1.34) * 1000**-0.2
    density = gaussian_kde(taus, bandwidth / taus.std(ddof=1))(x[:61])
    assert (0 - y[:61]) / 0.42 == pytest.approx(density / density.max(), abs=0.002)
    assert y[61:] == pytest.approx(-y[60::-1])  # the lower side mirrors the upper side
    assert x[61:] == pytest.approx(x[60::-1])


def test_all_violins_are_equally_high_and_stay_within_what_tau_can_be():
    rng = np.random.default_rng(1)
    samples = {"Mean": rng.choice([1.0, 0.8], 500), "A": rng.uniform(-1, 1, 500), "B": np.ones(500)}
    figure = kendall_violins(samples, "auc")
    check(figure)
    for place, (x, y) in enumerate(violins_of(figure)):
        assert y.min() == pytest.approx(place - 0.42)
        assert y.max() == pytest.approx(place + 0.42)
        assert -1 <= x.min() <= x.max() <= 1


def test_the_table_of_taus_leaves_out_what_is_not_defined():
    figure = kendall_violins({"A": [1, np.nan, 0.5, 0], "B": [np.nan] * 4, HOSTILE: [0.2] * 4}, "auc")
    drawn = check(figure)
    assert figure.rows == [
        ["A", 3, 0, pytest.approx(0.025), 0.5, pytest.approx(0.975), 1],
        ["B", 0, None, None, None, None, None],
        [HOSTILE, 4, *[pytest.approx(0.2)] * 5],
    ]
    assert (drawn.data[1].x, drawn.data[1].y) == ((0.5, 0.2), (0, 2))
    assert [line[1::2] for line in lines_of(figure.layout["shapes"][0])] == [[0, 0], [2, 2]]
    assert drawn.layout.yaxis.ticktext[2].startswith("&lt;b&gt;A&lt;/b&gt; &amp;")
    first, last = drawn.layout.xaxis.range
    assert first < 0 < 1 < last


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
