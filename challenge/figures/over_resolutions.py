"""Means by resolution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import BARS, any_interval, bars, cells, heads, in_words
from challenge.figures.themes import MARKERS
from challenge.results.score import Score
from challenge.scoring.benchmark import MEDMNIST_PLUS

RESOLUTIONS = MEDMNIST_PLUS.resolutions


@dataclass(frozen=True)
class ByResolution:
    """The mean of a metric for one method, at each resolution with a score; `kind` is its name in the legend.

    `intervals` has the ends of the 95 % intervals, if they are known.
    """

    label: str
    kind: str
    values: Mapping[int, float]
    intervals: Mapping[int, tuple[float | None, float | None]] = field(default_factory=dict)

    def score(self, resolution: int) -> Score | None:
        """Return the mean at a resolution with its interval."""
        if resolution not in self.values:
            return None
        low, high = self.intervals.get(resolution, (None, None))
        return Score(self.values[resolution], low=low, high=high)


def metric_by_resolution(methods: Sequence[ByResolution], metric: str) -> Figure:
    """Draw the mean of a metric by resolution: a line for each method, or a point if it has one resolution.

    All methods of a kind share a colour and a marker, because dozens of colours could not be distinguished.
    """
    kinds = list(dict.fromkeys(method.kind for method in methods))
    has_intervals = any_interval(method.score(side) for method in methods for side in RESOLUTIONS)
    data = [
        _kind_over_resolutions(kind, [method for method in methods if method.kind == kind], number)
        for number, kind in enumerate(kinds)
    ]
    return Figure(
        name=f"{metric.replace('_', '-')}-by-resolution",
        title=f"{METRIC_TITLES[metric]}: mean over the datasets by resolution",
        data=data,
        layout={
            "xaxis": {
                "title": {"text": "Resolution (pixels per side)"},
                "type": "log",
                "tickvals": list(RESOLUTIONS),
                "ticktext": [str(side) for side in RESOLUTIONS],
                "minor": {"ticks": ""},
            },
            "yaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "hovermode": "closest",
            "showlegend": True,
        },
        columns=[
            "Method",
            "Kind",
            *(
                head
                for side in RESOLUTIONS
                for head in heads(f"{side} × {side}", with_interval=has_intervals)
            ),
        ],
        rows=[
            [
                m.label,
                m.kind,
                *(c for side in RESOLUTIONS for c in cells(m.score(side), with_interval=has_intervals)),
            ]
            for m in methods
        ],
        note="A line is one method at several resolutions, a point is an entry. Hover for its name."
        + (f" {BARS}" if has_intervals else ""),
        height=460,
    )


def _kind_over_resolutions(kind: str, methods: Sequence[ByResolution], number: int) -> dict[str, Any]:
    """Draw all methods of a kind in one trace; a gap ends each line."""
    x: list[int | None] = []
    y: list[float | None] = []
    text: list[str | None] = []
    scores: list[Score | None] = []
    for method in methods:
        sides = sorted(method.values)
        x += [*sides, None]
        y += [*(round(method.values[side], 6) for side in sides), None]
        text += [*([as_text(method.label, 60)] * len(sides)), None]
        scores += [*(method.score(side) for side in sides), None]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if any(len(method.values) > 1 for method in methods) else "markers",
        "name": as_text(kind, 40),
        "x": x,
        "y": y,
        "text": text,
        "line": {"width": 1.2},
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 7},
        "hovertemplate": "%{text}<br>%{x} pixels: %{y:.4f}%{customdata}<extra></extra>",
        "customdata": [in_words(score) for score in scores],
    }
    if ends := bars(scores):
        trace["error_y"] = ends
    return trace
