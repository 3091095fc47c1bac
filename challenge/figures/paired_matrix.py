"""Differences of the means between all pairs of rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.labels import SHORT_LABEL_LENGTH
from challenge.figures.rank_panels import MAX_ENTRIES, how_many, packed, slug

#: Maximum number of entries for which the cells of the matrix show numbers.
MAX_WITH_NUMBERS = 16


def paired_differences(
    labels: Sequence[str], difference: ArrayLike, low: ArrayLike, high: ArrayLike, metric: str
) -> Figure:
    """Draw a matrix of the differences between m entries, row minus column, and mark significant differences.

    Args:
        labels: names of the entries, in drawing order.
        difference: (m, m), the score of the row's entry minus the score of the column's entry.
        low: (m, m), lower ends of the intervals, which hold for all pairs together at 95 %.
        high: (m, m), upper ends of the intervals.
        metric: name of the metric.

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
        "ticktext": [as_text(name, SHORT_LABEL_LENGTH) for name in names],
        "showgrid": False,
        "zeroline": False,
    }
    widest = max(float(np.nanmax(np.abs(cells), initial=0)), 1e-4)
    return Figure(
        name=f"{slug(metric)}-paired-differences",
        title=f"{METRIC_TITLES[metric]}: differences between {how_many(len(labels))}, row minus column",
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
        note="Blue: the entry of the row is higher. Orange: it is lower. A dot marks a difference whose interval "
        "excludes 0. With 95 % confidence, the intervals of all pairs that were compared hold together.",
        height=190 + side * count,
        min_width=300 + (46 if has_numbers else 24) * count,
    )


def _cut(name: str) -> str:
    return name if len(name) <= SHORT_LABEL_LENGTH else f"{name[: SHORT_LABEL_LENGTH - 1]}…"


def _lists(values: NDArray[np.float64]) -> list[list[float | None]]:
    return [[None if np.isnan(cell) else round(cell, 4) for cell in row] for row in values.tolist()]
