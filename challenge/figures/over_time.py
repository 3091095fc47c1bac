"""The best score over time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import BARS, any_interval, bars, cells, heads, in_words
from challenge.results.score import Score


class TimedScore(NamedTuple):
    """Mean of a metric for an entry, its submission time or day, and the ends of its interval, if known."""

    time: datetime
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    #: True if only the day of `time` is known.
    day_only: bool = False

    @property
    def score(self) -> Score:
        """The mean with its interval."""
        return Score(self.value, low=self.low, high=self.high)


def best_score_over_time(
    entries: Sequence[TimedScore], metric: str, published: tuple[str, float] | None = None
) -> Figure:
    """Draw all entries by time, a step line of the best score so far, and a line of the best published result."""
    ordered = sorted(entries, key=lambda entry: entry.time)
    values = [round(entry.value, 6) for entry in ordered]
    times = [_utc(entry) for entry in ordered]
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
        title=f"{METRIC_TITLES[metric]}: means of all entries over time, and the best so far",
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


def _utc(entry: TimedScore) -> str:
    time = entry.time.astimezone(UTC)
    return f"{time:%Y-%m-%d}" if entry.day_only else f"{time:%Y-%m-%d %H:%M}"
