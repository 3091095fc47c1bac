"""Figures of how sure ranks are, in the manner of challengeR.

Wiesenfarth et al. (2021), "Methods and open-source toolkit for analyzing and visualizing challenge results",
Scientific Reports 11, 2369. Rank 1 is the best; replicates are those of the bootstrap.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.rank_panels import SPREAD, Panels, crosses, lines, packed, rank_ticks, spread
from challenge.figures.themes import DASHES, MARKERS
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.statistics.ranking import rank

#: More entries than these no figure draws; tables of ranks hold all that they are given.
MAX_ENTRIES = 30
#: A matrix of more entries than these has no numbers in its cells.
MAX_WITH_NUMBERS = 16
#: Where many are ranked, ranks below this one are drawn at it.
LOWEST_DRAWN = 40

_LABEL_LENGTH = 28
_SHORT_LABEL_LENGTH = 24  # where each pixel or byte counts

_WHAT = "ranks (blobs), medians (×) and 95 % ranges (lines)"


def rank_blobs(labels: Sequence[str], ranks: ArrayLike, values: Sequence[float], metric: str) -> Figure:
    """Draw how often each of m entries has each rank in B replicates, the best entry at the left.

    Args:
        labels: what the entries are called.
        ranks: (m, B), whole numbers.
        values: (m,), the metric on all test images, by which the entries are ordered.
        metric: its name.

    """
    ranks = np.asarray(ranks)
    order = np.argsort(-np.asarray(values), kind="stable")
    places = rank(list(values))
    drawn = order[:MAX_ENTRIES]
    lowest = min(int(ranks[drawn].max()), LOWEST_DRAWN)
    panels = Panels(1, len(drawn), lowest, columns=1, step=min(44, max(18, 400 // lowest)))
    return Figure(
        name=f"{_slug(metric)}-rank-blobs",
        title=f"{METRIC_TITLES[metric]}: {_WHAT} of {_how_many(len(labels))} over the bootstrap replicates",
        data=panels.traces(ranks[None, drawn], diameter=28),
        layout=panels.layout(ranks[None, drawn], [as_text(labels[i], _LABEL_LENGTH) for i in drawn])
        | {"margin": {"t": 8}},
        columns=["Entry", METRIC_TITLES[metric], "Rank", *SPREAD, "Share of replicates at rank 1"],
        rows=[
            [labels[i], float(values[i]), places[i], *spread(ranks[i]), float(np.mean(ranks[i] == 1))]
            for i in order
        ],
        note=_how_to_read(ranks[drawn]),
        height=190 + panels.height,
        min_width=150 + 26 * len(drawn),
    )


def rank_blobs_by_dataset(
    labels: Sequence[str], ranks_by_dataset: ArrayLike, benchmark: Benchmark, metric: str
) -> Figure:
    """Draw the same for each dataset, a panel each, with the entries in the order given in all of them.

    Args:
        labels: what the m entries are called.
        ranks_by_dataset: (D, m, B), whole numbers, a dataset after the other in the benchmark's order.
        benchmark: its D datasets.
        metric: the name of the metric.

    """
    ranks = np.asarray(ranks_by_dataset)
    titles = [dataset.title for dataset in benchmark]
    drawn = ranks[:, :MAX_ENTRIES]
    lowest = min(int(drawn.max()), LOWEST_DRAWN)
    width = max(132, 11 * drawn.shape[1] + 10)
    columns = min(4, 1060 // width, len(titles))
    panels = Panels(len(titles), drawn.shape[1], lowest, columns, step=min(20, max(9, 160 // lowest)))
    names = [as_text(label, _SHORT_LABEL_LENGTH) for label in labels[:MAX_ENTRIES]]
    return Figure(
        name=f"{_slug(metric)}-rank-blobs-by-dataset",
        title=f"{METRIC_TITLES[metric]}: {_WHAT} of {_how_many(len(labels))}, by dataset",
        data=panels.traces(drawn, diameter=14),
        layout=panels.layout(drawn, names, titles) | {"margin": {"t": 8}},
        columns=["Entry", *(f"{title}: {head}" for title in titles for head in SPREAD)],
        rows=[
            [label, *(cell for dataset in ranks for cell in spread(dataset[i]))]
            for i, label in enumerate(labels)
        ],
        note=f"{_how_to_read(drawn)} The entries stand in the same order in each panel.",
        height=180 + panels.height,
        min_width=60 + columns * width,
    )


def _how_to_read(ranks: NDArray[np.integer]) -> str:
    return (
        "The area of a blob is the share of replicates in which the entry has that rank, the cross is the median, and "
        f"the line holds 95 % of them: the longer it is, the more the rank depends on which images are tested."
        f"{_beyond(int(ranks.max()))}"
    )


def _beyond(lowest: int) -> str:
    return f" Ranks below {LOWEST_DRAWN} are drawn at {LOWEST_DRAWN}." if lowest > LOWEST_DRAWN else ""


def _slug(metric: str) -> str:
    return metric.replace("_", "-")


def _how_many(entries: int) -> str:
    return f"the first {MAX_ENTRIES} of {entries} entries" if entries > MAX_ENTRIES else f"{entries} entries"


def paired_differences(
    labels: Sequence[str], difference: ArrayLike, low: ArrayLike, high: ArrayLike, metric: str
) -> Figure:
    """Draw a matrix of the differences between m entries, row minus column, and mark those that are sure.

    Args:
        labels: what the entries are called, in the order in which they are drawn.
        difference: (m, m), the metric of the row's entry minus that of the column's.
        low: (m, m), the lower ends of the 95 % bootstrap intervals.
        high: (m, m), the upper ends.
        metric: its name.

    """
    cells, lows, highs = (
        np.array(values, dtype=float)[:MAX_ENTRIES, :MAX_ENTRIES] for values in (difference, low, high)
    )
    for values in (cells, lows, highs):
        np.fill_diagonal(values, np.nan)
    rows, columns = np.nonzero((lows > 0) | (highs < 0))
    count = len(cells)
    has_numbers = count <= MAX_WITH_NUMBERS
    side = 36 if has_numbers else 24
    names = labels[:MAX_ENTRIES]
    axis = {
        "tickvals": list(range(count)),
        "ticktext": [as_text(name, _SHORT_LABEL_LENGTH) for name in names],
        "showgrid": False,
        "zeroline": False,
    }
    widest = max(float(np.nanmax(np.abs(cells), initial=0)), 1e-4)
    return Figure(
        name=f"{_slug(metric)}-paired-differences",
        title=f"{METRIC_TITLES[metric]}: differences between {_how_many(len(labels))}, row minus column",
        data=[
            {
                "type": "heatmap",
                "z": packed(cells),
                "coloraxis": "coloraxis",
                "texttemplate": "%{z:+.3f}" if has_numbers else "",
                "textfont": {"size": 11},
                "hovertemplate": "%{y}<br>minus %{x}: %{z:+.4f}<extra></extra>",
                "hoverongaps": False,
                "xgap": 1,
                "ygap": 1,
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": packed(columns),
                "y": packed(rows),
                "text": "<br> <br>●" if has_numbers else "●",  # below the number
                "textfont": {"size": 8},
                "hoverinfo": "skip",
                "showlegend": False,
            },
        ],
        layout={
            "xaxis": axis | {"range": [-0.5, count - 0.5], "tickangle": -40, "ticklabeloverflow": "allow"},
            "yaxis": axis | {"range": [count - 0.5, -0.5]},
            "coloraxis": {"cmin": -widest, "cmax": widest, "colorbar": {"tickformat": "+.2~g"}},
        },
        columns=["Entry", *(head for name in names for head in (f"minus {_cut(name)}", "low", "high"))],
        rows=[
            [name, *(cell for triple in zip(*row, strict=True) for cell in triple)]
            for name, *row in zip(names, _lists(cells), _lists(lows), _lists(highs), strict=True)
        ],
        note="Blue: the entry of the row is higher; orange: it is lower. A dot marks a difference whose 95 % bootstrap "
        "interval excludes 0. That is the interval of this pair alone: of many pairs, some have a dot by chance.",
        height=190 + side * count,
        min_width=300 + (46 if has_numbers else 24) * count,
    )


def _cut(name: str) -> str:
    return name if len(name) <= _SHORT_LABEL_LENGTH else f"{name[: _SHORT_LABEL_LENGTH - 1]}…"


def _lists(values: NDArray[np.float64]) -> list[list[float | None]]:
    return [[None if np.isnan(cell) else round(cell, 4) for cell in row] for row in values.tolist()]


def ranks_by_method(labels: Sequence[str], ranks: Mapping[str, Sequence[int | None]], metric: str) -> Figure:
    """Draw the rank of each entry under each way to aggregate the datasets, a line for each entry.

    Args:
        labels: what the m entries are called.
        ranks: by the title of the way, m ranks; None where an entry has none.
        metric: the name of the metric.

    """
    ways = list(ranks)
    by_entry = list(zip(*ranks.values(), strict=True))
    best_first = sorted(range(len(labels)), key=lambda i: [_or_last(place) for place in by_entry[i]])
    drawn = best_first[:MAX_ENTRIES]
    ends = sorted(drawn, key=lambda i: [_or_last(place) for place in reversed(by_entry[i])])
    step = min(36, max(22, 200 // len(drawn)))
    lowest = max(len(drawn), *(place or 1 for i in drawn for place in by_entry[i]))
    bottom = min(lowest, LOWEST_DRAWN)
    return Figure(
        name=f"{_slug(metric)}-ranks-by-method",
        title=f"{METRIC_TITLES[metric]}: ranks of {_how_many(len(labels))} under each way to aggregate the datasets",
        data=[_line(labels[i], number, by_entry[i], ends.index(i) + 1) for number, i in enumerate(drawn)],
        layout={
            "xaxis": {
                "tickvals": list(range(len(ways))),
                "ticktext": ["<br>".join(map(as_text, textwrap.wrap(way, 16))) for way in ways],
                "tickangle": 0,
                "range": [-0.3, len(ways) - 0.8],
                "zeroline": False,
            },
            "yaxis": {
                "title": {"text": "Rank"},
                "tickvals": rank_ticks(bottom),
                "range": [bottom + 0.7, 0.3],
                "zeroline": False,
            },
            "margin": {"r": 240},
            "hovermode": "closest",
            "showlegend": False,
        },
        columns=["Entry", *ways],
        rows=[[labels[i], *by_entry[i]] for i in best_first],
        note="Where lines run level, the rank does not depend on how the datasets are put together. "
        "Entries of one rank share a point; at the right, each line goes to its name."
        f"{_beyond(lowest)}",
        height=110 + step * bottom,
        min_width=330 + 110 * len(ways),
    )


def _or_last(place: int | None) -> float:
    return float("inf") if place is None else place


def _line(label: str, number: int, ranks: Sequence[int | None], end: int) -> dict[str, Any]:
    """Draw an entry's ranks, and behind the last one its name, where no other one stands."""
    shown = as_text(label, _LABEL_LENGTH)
    name = shown if ranks[-1] else f"{shown} (no rank)"
    symbol = MARKERS[number % len(MARKERS)]
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": shown,
        "x": [*range(len(ranks)), len(ranks) - 0.8],
        "y": [*(place and min(place, LOWEST_DRAWN) for place in ranks), end],
        "text": [*[""] * len(ranks), f"  {name}"],
        "textposition": "middle right",
        "textfont": {"size": 11},
        "cliponaxis": False,
        "line": {"dash": DASHES[number // len(MARKERS) % len(DASHES)], "width": 1.6},
        "marker": {"symbol": symbol, "size": [*[8] * len(ranks), 0]},
        "hovertemplate": "%{fullData.name}: rank %{y}<extra></extra>",
    }


def kendall_violins(taus_by_dataset: Mapping[str, ArrayLike], metric: str) -> Figure:
    """Draw how far the ranking of each replicate agrees with that on all test images: Kendall's tau.

    Args:
        taus_by_dataset: by title, (B,), from -1 to 1; NaN where it is not defined.
        metric: the name of the metric.

    """
    titles = list(taus_by_dataset)
    given = [np.asarray(values, dtype=float) for values in taus_by_dataset.values()]
    taus = [values[~np.isnan(values)] for values in given]
    summaries = [_summary(values) for values in taus]
    violins = _violins(taus)
    lowest = min((x for x in violins["x"] if x is not None), default=-1)
    known = [(place, summary) for place, summary in enumerate(summaries) if len(taus[place])]
    return Figure(
        name=f"{_slug(metric)}-kendall-tau",
        title=f"{METRIC_TITLES[metric]}: Kendall's tau between the ranking of each bootstrap replicate and that on all "
        "test images, with medians (×) and 95 % ranges (lines)",
        data=[violins, crosses([(summary["Median"], place) for place, summary in known])],
        layout={
            "xaxis": {"title": {"text": "Kendall's tau"}, "range": [lowest - 0.04, 1.04], "zeroline": False},
            "yaxis": {
                "tickvals": list(range(len(titles))),
                "ticktext": [as_text(title, _SHORT_LABEL_LENGTH) for title in titles],
                "range": [len(titles) - 0.4, -0.6],
                "zeroline": False,
            },
            "shapes": [
                lines((summary["2.5 %"], place, summary["97.5 %"], place) for place, summary in known)
            ],
            "showlegend": False,
            "margin": {"t": 8},
        },
        columns=["Ranking", "Replicates", *_SUMMARY],
        rows=[
            [title, len(values), *(summary.get(name) for name in _SUMMARY)]
            for title, values, summary in zip(titles, taus, summaries, strict=True)
        ],
        note="At 1 a replicate ranks as all test images do, at 0 it agrees no more than chance would. The higher a "
        "violin, the more replicates have that tau; all are drawn equally high.",
        height=100 + 38 * len(titles),
    )


_SUMMARY = {"Lowest": 0, "2.5 %": 0.025, "Median": 0.5, "97.5 %": 0.975, "Highest": 1}


def _summary(taus: NDArray[np.float64]) -> dict[str, float]:
    """Return quantiles of taus, none if there are no taus."""
    return {name: float(np.quantile(taus, share)) for name, share in _SUMMARY.items()} if len(taus) else {}


def _violins(taus: Sequence[NDArray[np.float64]]) -> dict[str, Any]:
    """Draw densities as one trace, above and below the place of each; plotly.js would give them one scale."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, values in enumerate(taus):
        if len(values):
            at, density = _density(values)
            x += [*at.tolist(), *at[::-1].tolist(), None]
            y += [
                *(place - 0.42 * density).round(3).tolist(),
                *(place + 0.42 * density[::-1]).round(3).tolist(),
                None,
            ]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": x,
        "y": y,
        "line": {"width": 1},
        "hoverinfo": "skip",
    }


def _density(taus: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 61 points from the lowest tau to the highest, and a Gaussian estimate of the density, 1 at its highest.

    The bandwidth is Silverman's rule of thumb (1986, equation 3.31).
    """
    lower, upper = np.quantile(taus, [0.25, 0.75])
    deviation = min(taus.std(), (upper - lower) / 1.34) or taus.std()
    bandwidth = max(0.9 * deviation * len(taus) ** -0.2, 0.005)
    at = np.linspace(max(taus.min() - bandwidth, -1), min(taus.max() + bandwidth, 1), 61).round(4)
    values, counts = np.unique(taus, return_counts=True)
    density = np.exp(-0.5 * ((at[:, None] - values) / bandwidth) ** 2) @ counts
    return at, density / density.max()
