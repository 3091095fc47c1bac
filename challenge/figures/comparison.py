"""Figures of a few entries beside each other."""

from collections.abc import Sequence
from typing import Any

from challenge.figures.figure import METRIC_TITLES, Figure
from challenge.figures.leaderboard import names_axis, unique_labels, value_on
from challenge.figures.themes import MARKERS
from challenge.results import Series
from challenge.scoring.benchmark import Benchmark


def differences_by_dataset(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """A dumbbell for each dataset: a marker for each entry, a line from the lowest to the highest."""
    titles = [dataset.title for dataset in benchmark]
    values = [[value_on(dataset.name, one) for one in series] for dataset in benchmark]
    return Figure(
        name=f"{metric.replace('_', '-')}-differences",
        title=f"{METRIC_TITLES[metric]}: how far apart they are on each dataset",
        data=[
            _markers(label, number, titles, [row[number] for row in values])
            for number, label in enumerate(unique_labels(series))
        ],
        layout={
            "xaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "yaxis": names_axis(titles) | {"showgrid": False},
            "shapes": _handles(titles, values),
            "hovermode": "closest",
            "showlegend": True,
        },
        columns=["Dataset", *(one.label for one in series), "Widest difference"],
        rows=[[title, *row, _spread(row)] for title, row in zip(titles, values, strict=True)],
        note="The longer a line, the further apart the entries are on that dataset.",
        height=480,
        min_width=420,
    )


def _markers(label: str, number: int, titles: list[str], values: list[float | None]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "x": values,
        "y": titles,
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 10},
        "hovertemplate": "%{y}: %{x:.4f}",
    }


def _handles(titles: list[str], values: list[list[float | None]]) -> list[dict[str, Any]]:
    handles = []
    for title, row in zip(titles, values, strict=True):
        there = [value for value in row if value is not None]
        if len(there) > 1:
            ends = {"x0": min(there), "x1": max(there), "y0": title, "y1": title}
            handles.append({"type": "line", "layer": "below", "line": {"width": 2}} | ends)
    return handles


def _spread(row: list[float | None]) -> float | None:
    there = [value for value in row if value is not None]
    return max(there) - min(there) if len(there) > 1 else None
