"""Agreement of rankings: ranks by several ways to rank, and violins of Kendall's tau as computed by scipy."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from challenge.figures.agreement import kendall_violins
from challenge.figures.figure import Figure
from challenge.figures.rank_panels import MAX_ENTRIES
from challenge.figures.ranks import LOWEST_DRAWN, ranks_by_method
from challenge.tests.figures.drawn import HOSTILE, LABELS, check, lines_of


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
