"""Building blocks of the figures of ranks: panels of blobs, lines, crosses, and compact arrays of numbers."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenge.scoring.statistics.rank_inference import rank_ranges

#: Maximum number of entries in a figure; the tables of ranks contain all entries.
MAX_ENTRIES = 30


@dataclass(frozen=True)
class Panels:
    """Panels of entries (to the right) and ranks (down), all on one pair of axes so that they share a colour.

    Attributes:
        number: number of panels.
        entries: number of entries in each panel.
        lowest: lowest rank in the panels.
        columns: number of panels in a row.
        step: height of a rank, in pixels.

    """

    number: int
    entries: int
    lowest: int
    columns: int
    step: int

    @property
    def gap(self) -> int:
        """Height of a panel's title, in ranks."""
        return -(-34 // self.step)

    @property
    def height(self) -> int:
        """Height of all panels, in pixels."""
        return self.step * len(self.tops) * (self.lowest + self.gap)

    @property
    def lefts(self) -> list[int]:
        """Left ends of the columns."""
        return [column * (self.entries + 1) for column in range(self.columns)]

    @property
    def tops(self) -> list[int]:
        """Tops of the rows, as offsets that are added to ranks."""
        return [row * (self.lowest + self.gap) for row in range(-(-self.number // self.columns))]

    def corners(self) -> list[tuple[int, int]]:
        """Return the left end and the top of each panel."""
        return [(left, top) for top in self.tops for left in self.lefts][: self.number]

    def traces(self, ranks: NDArray[np.integer], diameter: int) -> list[dict[str, Any]]:
        """Draw blobs and medians of ranks (panels, entries, B).

        `diameter` is the diameter of a blob of all replicates, in pixels.
        """
        x, y, place, count = [], [], [], []
        medians = []
        for (left, top), panel in zip(self.corners(), ranks, strict=True):
            for entry, row in enumerate(panel):
                places, counts = np.unique(np.minimum(row, self.lowest), return_counts=True)
                x.append(np.full(len(places), left + entry))
                y.append(top + places)
                place.append(places)
                count.append(counts)
                medians.append((left + entry, top + min(spread(row)[0], self.lowest)))
        blobs = {
            "type": "scatter",
            "mode": "markers",
            "x": packed(np.concatenate(x)),
            "y": packed(np.concatenate(y)),
            "customdata": packed(np.concatenate(place)),
            "marker": {
                "size": packed(np.concatenate(count)),
                "sizemode": "area",
                "sizeref": 2 * ranks.shape[2] / diameter**2,
                "sizemin": 1,  # otherwise the rarest ranks would be invisible
                "opacity": 0.65,
                "line": {"width": 0},
            },
            "hovertemplate": "%{x}: rank %{customdata} in %{marker.size} of "
            f"{ranks.shape[2]:,} replicates<extra></extra>",
        }
        return [blobs, crosses(medians)]

    def layout(
        self, ranks: NDArray[np.integer], names: Sequence[str], titles: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the axes, the ranges of ranks (panels, entries, B) as lines, and the titles of panels."""
        ticks = rank_ticks(self.lowest)
        ranges = []
        for (left, top), panel in zip(self.corners(), ranks, strict=True):
            ends = np.minimum(rank_ranges(panel), self.lowest) + top
            ranges += [
                (left + entry, low, left + entry, high) for entry, (low, high) in enumerate(ends.tolist())
            ]
        return {
            "xaxis": {
                "tickvals": [left + entry for left in self.lefts for entry in range(self.entries)],
                "ticktext": list(names) * self.columns,
                **({"tickangle": -90, "tickfont": {"size": 10}} if titles else {"tickangle": -40}),
                "ticklabeloverflow": "allow",
                "range": [-0.6, self.lefts[-1] + self.entries - 0.4],
                "zeroline": False,
            },
            "yaxis": {
                "title": {"text": "Rank"},
                "tickvals": [top + tick for top in self.tops for tick in ticks],
                "ticktext": [str(tick) for tick in ticks] * len(self.tops),
                "range": [self.tops[-1] + self.lowest + 0.7, 0.5 - self.gap if titles else 0.3],
                "zeroline": False,
            },
            "shapes": [lines(ranges)],
            "annotations": [
                _panel_title(title, *corner) for title, corner in zip(titles, self.corners(), strict=False)
            ],
            "hovermode": "closest",
            "showlegend": False,
        }


def rank_ticks(lowest: int) -> list[int]:
    """Return the ranks with a label on the axis: all ranks up to 12, otherwise the first and every fifth."""
    every = 1 if lowest <= 12 else 5
    return [1, *range(max(2, every), lowest + 1, every)]


def _panel_title(title: str, left: int, top: int) -> dict[str, Any]:
    return {
        "x": left - 0.6,
        "y": top + 0.4,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": f"<b>{title}</b>",
        "showarrow": False,
        "font": {"size": 12},
    }


def lines(ends: Iterable[tuple[float, float, float, float]]) -> dict[str, Any]:
    """Draw lines (x0, y0, x1, y1) in the theme's colour of shapes."""
    path = "".join(f"M{x0},{y0}L{x1},{y1}" for x0, y0, x1, y1 in ends)
    return {"type": "path", "path": path, "line": {"width": 1.5}}


def crosses(points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Draw crosses in the theme's colour of text."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "text": "×",
        "textfont": {"size": 16},
        "hoverinfo": "skip",
    }


SPREAD = ("Median rank", "2.5 %", "97.5 %")


def spread(ranks: NDArray[np.integer]) -> tuple[int | float, int, int]:
    """Return the values named by `SPREAD`, for ranks (B,)."""
    median = float(np.median(ranks))
    low, high = rank_ranges(ranks[None])[0].tolist()
    return int(median) if median.is_integer() else median, low, high


def packed(values: NDArray[np.integer] | NDArray[np.floating]) -> dict[str, str]:
    """Return fractions, or whole numbers from 0, in the compact encoding of plotly.js."""
    is_whole = np.issubdtype(values.dtype, np.integer)
    dtype = f"u{np.min_scalar_type(values.max(initial=0)).itemsize}" if is_whole else "f4"
    content = base64.b64encode(values.astype(f"<{dtype}").tobytes()).decode()
    shape = {"shape": ", ".join(map(str, values.shape))} if values.ndim > 1 else {}
    return {"dtype": dtype, "bdata": content, **shape}


def slug(metric: str) -> str:
    """Return the name of a metric for use in a file name."""
    return metric.replace("_", "-")


def how_many(entries: int) -> str:
    """Return the number of drawn entries in words."""
    return f"the first {MAX_ENTRIES} of {entries} entries" if entries > MAX_ENTRIES else f"{entries} entries"
