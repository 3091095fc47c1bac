"""Figures of the leaderboard: entries and published methods over datasets, resolutions and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import BARS, any_interval, bars, cells, heads, in_words
from challenge.figures.themes import MARKERS
from challenge.results.score import Score, Series
from challenge.scoring.benchmark import Benchmark

#: More rows than these no figure draws; their tables hold all that they are given.
MAX_ROWS = 30
LABEL_LENGTH = 38
RESOLUTIONS = (28, 64, 128, 224)


@dataclass(frozen=True)
class ByResolution:
    """The mean metric of one method at each resolution that it was scored at; `kind` is what the legend says.

    `intervals` are the ends of the 95 % bootstrap intervals, where there are some.
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


class TimedScore(NamedTuple):
    """The mean metric of an entry, when it was submitted, and the ends of its interval if it has one."""

    time: datetime
    label: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def score(self) -> Score:
        """The mean with its interval."""
        return Score(self.value, low=self.low, high=self.high)


def score_heat_map(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Cells of one metric, a row for each entry (in the order given), a column for each dataset."""
    labels = unique_labels(series[:MAX_ROWS])
    titles = [dataset.title for dataset in benchmark]
    values = [[value_on(dataset.name, one) for dataset in benchmark] for one in series]
    drawn = values[:MAX_ROWS]
    has_intervals = any_interval(score for one in series for score in one.scores.values())
    missing = [
        (title, label)
        for label, row in zip(labels, drawn, strict=True)
        for title, cell in zip(titles, row, strict=True)
        if cell is None
    ]
    heat_map = {
        "type": "heatmap",
        "x": titles,
        "y": labels,
        "z": drawn,
        "coloraxis": "coloraxis",
        "texttemplate": "%{z:.3f}",
        "textfont": {"size": 11},
        "hovertemplate": "%{y}<br>%{x}: %{z:.4f}%{text}<extra></extra>",
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "text": [
            [in_words(one.scores.get(dataset.name)) for dataset in benchmark] for one in series[:MAX_ROWS]
        ],
    }
    gaps = {
        "type": "scatter",
        "mode": "text",
        "x": [title for title, _ in missing],
        "y": [label for _, label in missing],
        "text": "–",
        "hovertemplate": "%{y}<br>%{x}: not published<extra></extra>",
        "showlegend": False,
    }
    return Figure(
        name=f"{metric.replace('_', '-')}-heat-map",
        title=f"{METRIC_TITLES[metric]} of {_number_of_rows(series)} on each of the {len(titles)} datasets",
        data=[heat_map, gaps] if missing else [heat_map],
        layout={
            "xaxis": {"tickangle": -40, "showgrid": False},
            "yaxis": names_axis(labels) | {"showgrid": False},
            "coloraxis": {"colorbar": {"tickformat": ".2f"}},
        },
        columns=["Entry", *(head for title in titles for head in heads(title, with_interval=has_intervals))],
        rows=[
            [
                one.label,
                *(
                    cell
                    for dataset in benchmark
                    for cell in cells(one.scores.get(dataset.name), with_interval=has_intervals)
                ),
            ]
            for one in series
        ],
        note="The best mean stands at the top. A dash: not published for this dataset."
        + (" Point at a cell for its 95 % bootstrap interval." if has_intervals else ""),
        height=150 + 25 * len(labels),
        min_width=980,
    )


def distribution_over_datasets(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Boxes of one metric over the datasets, one for each entry, in the order given."""
    drawn = series[:MAX_ROWS]
    data = [
        _boxes(
            name,
            [(place, one) for place, one in enumerate(drawn) if one.is_published == published],
            benchmark,
        )
        for name, published in (("Entries", False), ("Published results", True))
        if any(one.is_published == published for one in drawn)
    ]
    return Figure(
        name=f"{metric.replace('_', '-')}-distribution",
        title=f"{METRIC_TITLES[metric]}: how it spreads over the datasets",
        data=data,
        layout={
            "xaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "yaxis": {
                # Above the boxes: beside them, the names would take half of a narrow screen.
                "tickvals": [place - 0.3 for place in range(len(drawn))],
                "ticktext": [as_text(one.label, LABEL_LENGTH) for one in drawn],
                "ticklabelposition": "inside top",
                "range": [len(drawn) - 0.6, -0.8],
                "showgrid": False,
                "zeroline": False,
            },
            "boxmode": "overlay",
            "showlegend": len(data) > 1,
            "legend": {"y": 1, "yanchor": "bottom"},
        },
        columns=["Entry", "Datasets", "Lowest", "Lower quartile", "Median", "Upper quartile", "Highest"],
        rows=[_summary(one) for one in series],
        note="A box spans the middle half of the datasets, its line is the median, the dashed line the mean; "
        "each point is a dataset."
        + (
            " Point at one for its 95 % bootstrap interval."
            if any_interval(score for one in drawn for score in one.scores.values())
            else ""
        ),
        height=120 + 36 * len(drawn),
    )


def _boxes(name: str, rows: Sequence[tuple[int, Series]], benchmark: Benchmark) -> dict[str, Any]:
    points = [
        (place, dataset.title, score)
        for place, one in rows
        for dataset in benchmark
        if (score := one.scores.get(dataset.name))
    ]
    return {
        "type": "box",
        "orientation": "h",
        "name": name,
        "x": [round(score.value, 6) for _, _, score in points],
        "y": [place for place, _, _ in points],
        "text": [title for _, title, _ in points],
        "customdata": [in_words(score) for *_, score in points],
        "boxpoints": "all",
        "boxmean": True,
        "jitter": 0.4,
        "pointpos": 0,
        "width": 0.4,
        "line": {"width": 1.2},
        "marker": {"size": 4, "opacity": 0.7},
        "hovertemplate": "%{text}: %{x:.4f}%{customdata}<extra></extra>",
        "hoveron": "points",
    }


def _summary(series: Series) -> list[str | int | float | None]:
    values = [score.value for score in series.scores.values()]
    # Plotly.js finds the quartiles of its boxes in this way.
    quartiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1], method="hazen")
    return [series.label, len(values), *(float(value) for value in quartiles)]


def metric_by_resolution(methods: Sequence[ByResolution], metric: str) -> Figure:
    """Lines of the mean metric over the resolutions, one for each method; what has one resolution is a point.

    Methods of a kind have one colour and marker: where there are dozens, a colour for each says nothing.
    """
    kinds = list(dict.fromkeys(method.kind for method in methods))
    has_intervals = any_interval(method.score(side) for method in methods for side in RESOLUTIONS)
    data = [
        _kind_over_resolutions(kind, [method for method in methods if method.kind == kind], number)
        for number, kind in enumerate(kinds)
    ]
    return Figure(
        name=f"{metric.replace('_', '-')}-by-resolution",
        title=f"{METRIC_TITLES[metric]}: means over the datasets against the resolution",
        data=data,
        layout={
            "xaxis": {
                "title": {"text": "Resolution: pixels of a side"},
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
        note="A line is one method at several resolutions, a point an entry. Point at one to see its name."
        + (f" {BARS}" if has_intervals else ""),
        height=460,
    )


def _kind_over_resolutions(kind: str, methods: Sequence[ByResolution], number: int) -> dict[str, Any]:
    """One trace for all methods of a kind: a gap ends each line."""
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


def best_score_over_time(
    entries: Sequence[TimedScore], metric: str, published: tuple[str, float] | None = None
) -> Figure:
    """Points of all entries by time, and a step line of the best so far beside the best published result."""
    ordered = sorted(entries, key=lambda entry: entry.time)
    values = [round(entry.value, 6) for entry in ordered]
    times = [_utc(entry.time) for entry in ordered]
    best = np.maximum.accumulate(values).tolist() if values else []
    labels = [as_text(entry.label, 60) for entry in ordered]
    scores = [entry.score for entry in ordered]
    has_intervals = any_interval(scores)
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Entries",
            "x": times,
            "y": values,
            "text": labels,
            "marker": {"size": 7, "opacity": 0.75},
            "customdata": [in_words(score) for score in scores],
            "hovertemplate": "%{text}<br>%{x|%-d %b %Y}: %{y:.4f}%{customdata}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Best so far",
            "x": times,
            "y": best,
            "line": {"shape": "hv", "width": 2},
            "hoverinfo": "skip",
        },
    ]
    if ends := bars(scores):
        data[0]["error_y"] = ends
    note = BARS if has_intervals else ""
    if published and times:
        label, value = published
        note = f"{note} The dashed line is the best published result shown: {label}, {value:.4f}.".strip()
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "Best published",
                "x": [times[0], times[-1]],
                "y": [value, value],
                "line": {"dash": "dash", "width": 1.5},
                "hoverinfo": "skip",
            }
        )
    return Figure(
        name=f"best-{metric.replace('_', '-')}-over-time",
        title=f"{METRIC_TITLES[metric]}: means of all entries, and the best so far, over time",
        data=data,
        layout={
            "xaxis": {"title": {"text": "Submitted (UTC)"}, "type": "date"},
            "yaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "hovermode": "closest",
            "showlegend": True,
        },
        columns=[
            "Submitted (UTC)",
            "Entry",
            *heads(METRIC_TITLES[metric], with_interval=has_intervals),
            "Best so far",
        ],
        rows=[
            [time, entry.label, *cells(entry.score, with_interval=has_intervals), top]
            for time, entry, top in zip(times, ordered, best, strict=True)
        ],
        note=note,
        height=440,
    )


def unique_labels(series: Sequence[Series], length: int = LABEL_LENGTH) -> list[str]:
    """Return short labels that differ, as an axis needs them: entries may have one name."""
    seen: dict[str, int] = {}
    labels = []
    for one in series:
        label = as_text(one.label, length)
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return labels


def value_on(dataset: str, series: Series) -> float | None:
    """Return what was measured on a dataset, to as many digits as anyone may need."""
    score = series.scores.get(dataset)
    return round(score.value, 6) if score else None


def names_axis(labels: list[str]) -> dict[str, Any]:
    """Return an axis of names whose first one is at the top."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": labels,
        "range": [len(labels) - 0.5, -0.5],
        "dtick": 1,
    }


def _number_of_rows(series: Sequence[Series]) -> str:
    if len(series) > MAX_ROWS:
        return f"the {MAX_ROWS} highest rows"
    return "1 row" if len(series) == 1 else f"{len(series)} rows"


def _utc(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}"
