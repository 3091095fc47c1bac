"""Figures of the uncertainty of ranks, modelled on challengeR.

Wiesenfarth et al. (2021), "Methods and open-source toolkit for analyzing and visualizing challenge results",
Scientific Reports 11, 2369. Rank 1 is the best; replicates are bootstrap replicates.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.labels import SHORT_LABEL_LENGTH
from challenge.figures.rank_panels import MAX_ENTRIES, SPREAD, Panels, how_many, rank_ticks, slug, spread
from challenge.figures.themes import DASHES, MARKERS
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.statistics.ranking import rank

#: Lowest rank that is drawn; lower ranks are drawn at this rank.
LOWEST_DRAWN = 40


_LABEL_LENGTH = 28


_WHAT = "ranks (blobs), medians (×) and ranges (lines)"


def rank_blobs(labels: Sequence[str], ranks: ArrayLike, values: Sequence[float], metric: str) -> Figure:
    """Draw how often each of m entries has each rank in B replicates, with the best entry on the left.

    Args:
        labels: names of the entries.
        ranks: (m, B), whole numbers.
        values: (m,), scores on all test images, by which the entries are sorted.
        metric: name of the metric.

    """
    ranks = np.asarray(ranks)
    order = np.argsort(-np.asarray(values), kind="stable")
    places = rank(list(values))
    drawn = order[:MAX_ENTRIES]
    lowest = min(int(ranks[drawn].max()), LOWEST_DRAWN)
    panels = Panels(1, len(drawn), lowest, columns=1, step=min(44, max(18, 400 // lowest)))
    return Figure(
        name=f"{slug(metric)}-rank-blobs",
        title=f"{METRIC_TITLES[metric]}: {_WHAT} of {how_many(len(labels))} over the bootstrap replicates",
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
    """Draw the blobs of `rank_blobs` for each dataset in its own panel, with the entries in the given order.

    Args:
        labels: names of the m entries.
        ranks_by_dataset: (D, m, B), whole numbers, in the benchmark's order of datasets.
        benchmark: the D datasets.
        metric: name of the metric.

    """
    ranks = np.asarray(ranks_by_dataset)
    titles = [dataset.title for dataset in benchmark]
    drawn = ranks[:, :MAX_ENTRIES]
    lowest = min(int(drawn.max()), LOWEST_DRAWN)
    width = max(132, 11 * drawn.shape[1] + 10)
    columns = min(4, 1060 // width, len(titles))
    panels = Panels(len(titles), drawn.shape[1], lowest, columns, step=min(20, max(9, 160 // lowest)))
    names = [as_text(label, SHORT_LABEL_LENGTH) for label in labels[:MAX_ENTRIES]]
    return Figure(
        name=f"{slug(metric)}-rank-blobs-by-dataset",
        title=f"{METRIC_TITLES[metric]}: {_WHAT} of {how_many(len(labels))}, by dataset",
        data=panels.traces(drawn, diameter=14),
        layout=panels.layout(drawn, names, titles) | {"margin": {"t": 8}},
        columns=["Entry", *(f"{title}: {head}" for title in titles for head in SPREAD)],
        rows=[
            [label, *(cell for dataset in ranks for cell in spread(dataset[i]))]
            for i, label in enumerate(labels)
        ],
        note=f"{_how_to_read(drawn)} The entries have the same order in each panel.",
        height=180 + panels.height,
        min_width=60 + columns * width,
    )


def _how_to_read(ranks: NDArray[np.integer]) -> str:
    return (
        "The area of a blob shows the share of replicates in which the entry has that rank. The cross is the median, "
        "and the line covers 95 % of the replicates: the longer it is, the more the rank depends on the test images. "
        "It is not a confidence interval of the rank."
        f"{_beyond(int(ranks.max()))}"
    )


def _beyond(lowest: int) -> str:
    return f" Ranks below {LOWEST_DRAWN} are drawn at {LOWEST_DRAWN}." if lowest > LOWEST_DRAWN else ""


def ranks_by_method(labels: Sequence[str], ranks: Mapping[str, Sequence[int | None]], metric: str) -> Figure:
    """Draw the rank of each entry under each way to aggregate the datasets, a line for each entry.

    Args:
        labels: names of the m entries.
        ranks: m ranks, by the title of the way; None for an entry without a rank.
        metric: name of the metric.

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
        name=f"{slug(metric)}-ranks-by-method",
        title=f"{METRIC_TITLES[metric]}: ranks of {how_many(len(labels))} under each way to aggregate the datasets",
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
        note="A level line means that the rank does not depend on how the datasets are aggregated. "
        "Entries with the same rank share a point. At the right, each line ends at its name."
        f"{_beyond(lowest)}",
        height=110 + step * bottom,
        min_width=330 + 110 * len(ways),
    )


def _or_last(place: int | None) -> float:
    return float("inf") if place is None else place


def _line(label: str, number: int, ranks: Sequence[int | None], end: int) -> dict[str, Any]:
    """Draw an entry's ranks, and its name after the last rank, where it overlaps no other name."""
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
