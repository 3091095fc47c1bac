"""Critical-difference diagram of Demšar (2006): mean ranks on a line; bars join rows that do not differ."""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np

from challenge.figures.figure import METRIC_TITLES, Figure
from challenge.figures.labels import unique_labels
from challenge.results.score import Series
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.statistics.critical_difference import (
    ALPHA,
    FriedmanTest,
    block_ranks,
    friedman_test,
    groups_that_do_not_differ,
    methods_beyond_signed_ranks,
    ranks_by_dataset,
    smallest_signed_rank_p,
)
from challenge.scoring.statistics.critical_difference import critical_difference as critical_difference_of

MIN_ROWS, MAX_ROWS = 3, 20

_LINE = 24  # pixels from label to label
_BAR = 9  # pixels from bar to bar
_ABOVE = 62  # pixels above the line of ranks, for its numbers and the critical difference
_MARGIN = 280  # pixels for the labels on each side
_LABEL_LENGTH = 32


def critical_difference(
    series: Sequence[Series], metric: str, benchmark: Benchmark, alpha: float = ALPHA
) -> Figure | None:
    """Draw the mean ranks of the first 20 series with all datasets; return None if there are fewer than 3.

    Datasets of one source count as one block, with their mean rank.
    """
    names = [dataset.name for dataset in benchmark]
    complete = [one for one in series if all(name in one.scores for name in names)][:MAX_ROWS]
    if len(complete) < MIN_ROWS:
        return None
    ranks = block_ranks(
        ranks_by_dataset([[one.scores[name].value for one in complete] for name in names]), benchmark.blocks
    )
    means = ranks.mean(axis=0)
    best_first = np.argsort(means, kind="stable")
    labels = unique_labels([complete[i] for i in best_first], _LABEL_LENGTH)
    ordered = [float(means[i]) for i in best_first]
    difference = critical_difference_of(len(complete), len(ranks), alpha)
    groups = groups_that_do_not_differ(ordered, difference)
    levels = _levels(groups)
    bars = 10 + _BAR * (max(levels, default=0) + 1)
    depth = bars + _LINE * ((len(ordered) + 1) // 2)
    return Figure(
        name=f"{metric.replace('_', '-')}-critical-difference",
        title=f"{METRIC_TITLES[metric]}: mean ranks over the {len(names)} datasets"
        f"{_in_blocks(benchmark)}, and which rows differ",
        data=[_bars(groups, levels), _points(ordered, labels)],
        layout={
            "xaxis": {"range": [0.8, len(ordered) + 0.2], "visible": False, "fixedrange": True},
            "yaxis": {"range": [-depth, _ABOVE], "visible": False, "fixedrange": True},
            "margin": {"l": _MARGIN, "r": _MARGIN, "t": 8, "b": 8},
            "shapes": [
                *_scale_shapes(len(ordered), difference),
                *_leaders(ordered, bars),
            ],
            "annotations": [
                *_scale_numbers(len(ordered), difference),
                *_label_texts(ordered, labels, bars),
            ],
            "showlegend": False,
            "hovermode": "closest",
        },
        columns=["Entry", "Mean rank", "Groups"],
        rows=[
            [complete[i].label, mean, _letters(mean, groups)]
            for i, mean in zip(best_first, ordered, strict=True)
        ],
        note=_note(friedman_test(ranks), difference, alpha, *ranks.shape) + _about_pairs(len(ranks), alpha),
        height=depth + _ABOVE + 16,
        min_width=930,
    )


def _in_blocks(benchmark: Benchmark) -> str:
    """Return the words for the title if some datasets count as one."""
    shared = [
        " + ".join(benchmark.datasets[place].title for place in block)
        for block in benchmark.blocks
        if len(block) > 1
    ]
    return f" ({'; '.join(shared)} as one)" if shared else ""


def _note(test: FriedmanTest, difference: float, alpha: float, n: int, k: int) -> str:
    f = f"{test.f:.2f}" if np.isfinite(test.f) else "∞"
    p = f"p = {test.p:.4f}" if test.p >= 0.0001 else "p < 0.0001"
    found = (
        "the rows differ"
        if test.p < alpha
        else "no difference found, so the order of the ranks means nothing"
    )
    return (
        f"Rank 1 is the best. Two of the {k} rows differ at the level {alpha:g} (Nemenyi test on {n} independent "
        f"blocks of datasets) if their mean ranks are {difference:.2f} or more apart. Bars join rows that do not "
        f"differ; in the table, these rows share a letter. Test of all rows: F({test.degrees[0]}, {test.degrees[1]}) = "
        f"{f}, {p} (Friedman test in the form of Iman and Davenport, as in Demšar, 2006, without a correction for "
        f"ties): {found}."
    )


def _about_pairs(n: int, alpha: float) -> str:
    """Return the limits of the test, and of its usual replacement."""
    return (
        " Whether two rows differ also depends on the other rows in the figure (Benavoli, Corani and Mangili, 2016). "
        "Wilcoxon tests of single pairs would not depend on them. But on "
        f"{n} blocks their smallest possible p is {smallest_signed_rank_p(n):.2g}: with Holm's correction for all "
        f"pairs, they can find no difference among {methods_beyond_signed_ranks(n, alpha)} or more rows."
    )


def _levels(groups: Sequence[tuple[float, float]]) -> list[int]:
    """Return the level of each bar: the first level on which it touches no other bar."""
    ends: list[float] = []
    levels = []
    for first, last in groups:
        level = next((n for n, end in enumerate(ends) if first > end), len(ends))
        ends[level : level + 1] = [last]
        levels.append(level)
    return levels


def _bars(groups: Sequence[tuple[float, float]], levels: Sequence[int]) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for (first, last), level in zip(groups, levels, strict=True):
        x += [first, last, None]
        y += [-10.0 - _BAR * level, -10.0 - _BAR * level, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"width": 5},
        "hoverinfo": "skip",
    }


def _points(ranks: Sequence[float], labels: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(ranks),
        "y": [0] * len(ranks),
        "text": list(labels),
        "marker": {"size": 7},
        "hovertemplate": "%{text}: %{x:.2f}<extra></extra>",
    }


def _side(number: int, count: int, bars: int) -> tuple[int, float]:
    """Return the side (0: left) and the height of a row's label: the better half is on the left."""
    half = (count + 1) // 2
    place = number if number < half else count - 1 - number
    return int(number >= half), -bars - _LINE * (place + 0.5)


def _leaders(ranks: Sequence[float], bars: int) -> list[dict[str, Any]]:
    shapes = []
    for number, rank in enumerate(ranks):
        side, y = _side(number, len(ranks), bars)
        shapes.append(_line(rank, 0, rank, y))
        edge = len(ranks) + 0.2 if side else 0.8
        shapes.append(_line(rank, y, edge, y))
    return shapes


def _label_texts(ranks: Sequence[float], labels: Sequence[str], bars: int) -> list[dict[str, Any]]:
    texts = []
    for number, (rank, label) in enumerate(zip(ranks, labels, strict=True)):
        side, y = _side(number, len(ranks), bars)
        text = f"{rank:.2f}  {label}" if side else f"{label}  {rank:.2f}"
        texts.append(
            {
                "xref": "paper",
                "x": side,
                "y": y,
                "text": text,
                "xanchor": "left" if side else "right",
                "xshift": 5 if side else -5,
                "showarrow": False,
                "font": {"size": 11},
            }
        )
    return texts


def _scale_shapes(count: int, difference: float) -> list[dict[str, Any]]:
    """Return the line of ranks with its ticks, and above it the length of the critical difference."""
    end = 1 + min(difference, count - 1)
    ticks = [_line(rank, 0, rank, 5) for rank in range(1, count + 1)]
    return [
        _line(1, 0, count, 0),
        *ticks,
        _line(1, 34, end, 34),
        _line(1, 30, 1, 38),
        _line(end, 30, end, 38),
    ]


def _scale_numbers(count: int, difference: float) -> list[dict[str, Any]]:
    step = 1 if count <= 12 else 2
    numbers = [_number(rank, 6, str(rank)) for rank in range(1, count + 1, step)]
    middle = 1 + min(difference, count - 1) / 2
    return [*numbers, _number(middle, 36, f"Critical difference: {difference:.2f}")]


def _number(x: float, y: float, text: str) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "yanchor": "bottom", "showarrow": False, "font": {"size": 11}}


def _line(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    return {"type": "line", "x0": x0, "y0": y0, "x1": x1, "y1": y1}


def _letters(rank: float, groups: Sequence[tuple[float, float]]) -> str:
    inside = [n for n, (first, last) in enumerate(groups) if first <= rank <= last]
    return ", ".join(ascii_lowercase[n] for n in inside) or "–"
