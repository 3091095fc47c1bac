"""Figure of the differences between a few entries."""

from collections.abc import Sequence
from typing import Any

from challenge.figures.figure import METRIC_TITLES, Figure
from challenge.figures.intervals import BARS, any_interval, bars, cells_of, heads_of, in_words
from challenge.figures.labels import names_axis, unique_labels, value_on
from challenge.figures.themes import MARKERS
from challenge.results.score import Score, Series
from challenge.scoring.benchmark import Benchmark


def differences_by_dataset(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Draw a dumbbell for each dataset: a marker for each entry, and a line from the lowest to the highest."""
    titles = [dataset.title for dataset in benchmark]
    values = [[value_on(dataset.name, one) for one in series] for dataset in benchmark]
    has_intervals = any_interval(score for one in series for score in one.scores.values())
    return Figure(
        name=f"{metric.replace('_', '-')}-differences",
        title=f"{METRIC_TITLES[metric]}: differences between the entries on each dataset",
        data=[
            _markers(label, number, titles, [one.scores.get(dataset.name) for dataset in benchmark])
            for number, (label, one) in enumerate(zip(unique_labels(series), series, strict=True))
        ],
        layout={
            "xaxis": {"title": {"text": METRIC_TITLES[metric]}} | (_range(series) if has_intervals else {}),
            "yaxis": names_axis(titles) | {"showgrid": False},
            "shapes": _handles(titles, values, width=1 if has_intervals else 2),
            "hovermode": "closest",
            "showlegend": True,
            # one below the other, so that no interval hides another
            **({"scattermode": "group", "scattergap": 0.4} if has_intervals else {}),
        },
        columns=["Dataset", *heads_of(series), "Widest difference"],
        rows=[
            [dataset.title, *cells_of(series, dataset.name), _spread(row)]
            for dataset, row in zip(benchmark, values, strict=True)
        ],
        note="The longer a line, the further apart the entries are on that dataset."
        + (f" {BARS}" if has_intervals else ""),
        height=480 + (40 * len(series) if has_intervals else 0),
        min_width=420,
    )


def _range(series: Sequence[Series]) -> dict[str, Any]:
    """Return the range of values and intervals; for grouped markers, plotly.js would start the axis at 0."""
    scores = [score for one in series for score in one.scores.values()]
    ends = [end for score in scores for end in (score.value, score.low, score.high) if end is not None]
    beyond = 0.04 * (max(ends) - min(ends))
    return {"range": [min(ends) - beyond, max(ends) + beyond]}


def _markers(label: str, number: int, titles: list[str], scores: list[Score | None]) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "orientation": "h",
        "x": [score and round(score.value, 6) for score in scores],
        "y": titles,
        "text": [in_words(score) for score in scores],
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 10},
        "hovertemplate": "%{y}: %{x:.4f}%{text}",
    }
    if any_interval(scores) and (ends := bars(scores)):
        trace["error_x"] = ends
    return trace


def _handles(titles: list[str], values: list[list[float | None]], width: int) -> list[dict[str, Any]]:
    handles = []
    for title, row in zip(titles, values, strict=True):
        there = [value for value in row if value is not None]
        if len(there) > 1:
            ends = {"x0": min(there), "x1": max(there), "y0": title, "y1": title}
            handles.append({"type": "line", "layer": "below", "line": {"width": width}} | ends)
    return handles


def _spread(row: list[float | None]) -> float | None:
    there = [value for value in row if value is not None]
    return max(there) - min(there) if len(there) > 1 else None
