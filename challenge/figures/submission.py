"""Figures of an entry, or of a few beside each other: their metrics over the datasets."""

from collections.abc import Sequence
from typing import Any

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.themes import DASHES, MARKERS
from challenge.results import Score, Series
from challenge.scoring.benchmark import Benchmark


def metric_by_dataset(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Lines of one metric over the datasets, a line for each entry, with intervals where there are any."""
    titles = [dataset.title for dataset in benchmark]
    names = [dataset.name for dataset in benchmark]
    data = [_line(one, number, titles, names) for number, one in enumerate(series)]
    return Figure(
        name=f"{metric.replace('_', '-')}-by-dataset",
        title=f"{METRIC_TITLES[metric]} on each of the {len(names)} datasets",
        data=data,
        layout={
            "xaxis": {"title": {"text": "Dataset"}, "tickangle": -40},
            "yaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "hovermode": "x unified",
            "showlegend": len(series) > 1,
        },
        columns=["Dataset", *(one.label for one in series)],
        rows=[
            [title, *(_value(one.scores.get(name)) for one in series)]
            for title, name in zip(titles, names, strict=True)
        ],
    )


def _line(series: Series, number: int, titles: list[str], names: list[str]) -> dict[str, Any]:
    scores = [series.scores.get(name) for name in names]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": as_text(series.label, 60),
        "x": titles,
        "y": [_value(score) for score in scores],
        "line": {"dash": DASHES[number % len(DASHES)]},
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 8},
        "hovertemplate": "%{y:.4f}",
    }
    if any(score and score.low is not None for score in scores):
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [
                score.high - score.value if score and score.high is not None else 0 for score in scores
            ],
            "arrayminus": [
                score.value - score.low if score and score.low is not None else 0 for score in scores
            ],
            "thickness": 1.2,
        }
    return trace


def _value(score: Score | None) -> float | None:
    return score.value if score else None
