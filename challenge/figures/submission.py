"""Figures of an entry, or of a few beside each other: their metrics over the datasets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.themes import DASHES, MARKERS
from challenge.results import Score, Series
from challenge.scoring.benchmark import Benchmark


def metric_by_dataset(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Lines of one metric over the datasets, a line for each entry, with intervals or deviations if known."""
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
            "legend": {"y": 1.01, "yanchor": "bottom"},
        },
        columns=["Dataset", *(one.label for one in series)],
        rows=[
            [title, *(_value(one.scores.get(name)) for one in series)]
            for title, name in zip(titles, names, strict=True)
        ],
        note=_what_bars_are([score for one in series for score in one.scores.values()]),
        height=400 + 20 * len(series),
    )


def box_over_datasets(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Box plots of one metric over the datasets, a box for each entry and published method, best mean first."""
    found = [(one, [s.value for d in benchmark if (s := one.scores.get(d.name))]) for one in series]
    boxes = sorted(((one, values) for one, values in found if values), key=lambda box: -np.mean(box[1]))
    return Figure(
        name=f"{metric.replace('_', '-')}-over-datasets",
        title=f"{METRIC_TITLES[metric]} over the datasets, beside published methods",
        data=[_boxes(boxes, published=published) for published in (False, True)],
        layout={
            "xaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "yaxis": {"range": [len(boxes) - 0.5, -0.8], "visible": False},
            "annotations": [_name_above(one, place) for place, (one, _) in enumerate(boxes)],
            "boxmode": "overlay",
            "margin": {"l": 16},
            "showlegend": True,
            "legend": {"y": 1.01, "yanchor": "bottom"},
        },
        columns=["Method", "Mean", "Lowest", "Lower quartile", "Median", "Upper quartile", "Highest"],
        rows=[[one.label, float(np.mean(values)), *_five_numbers(values)] for one, values in boxes],
        note="A point for each dataset; a box reaches from the lower to the upper quartile, with the median in it. "
        "What has the highest mean stands first.",
        height=140 + 36 * len(boxes),
    )


def _name_above(one: Series, place: int) -> dict[str, Any]:
    """Return the name of a box: above it, as names beside them would take half of a narrow screen."""
    about = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    return about | {"y": place - 0.2, "text": as_text(one.label, 36)}


def _boxes(boxes: Sequence[tuple[Series, list[float]]], *, published: bool) -> dict[str, Any]:
    places = [(place, v) for place, (one, values) in enumerate(boxes)
              if one.is_published == published for v in values]  # fmt: skip
    return {
        "type": "box",
        "name": "Published methods" if published else "Entry",
        "orientation": "h",
        "x": [value for _, value in places],
        "y": [place for place, _ in places],
        "width": 0.4,
        "boxpoints": "all",
        "jitter": 0.4,
        "pointpos": 0,
        "marker": {"size": 4, "opacity": 0.7},
        "line": {"width": 1.3},
        "hoverinfo": "x",
    }


def rank_by_dataset(ranks: Mapping[str, tuple[int, int]], metric: str, benchmark: Benchmark) -> Figure:
    """Bars of an entry's rank on each dataset; `ranks` gives it with the number of what is ranked there."""
    ranked = [(dataset.title, *ranks[dataset.name]) for dataset in benchmark if dataset.name in ranks]
    return Figure(
        name=f"rank-by-{metric.replace('_', '-')}",
        title=f"{METRIC_TITLES[metric]}: the rank on each dataset",
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "x": [place for _, place, _ in ranked],
                "y": [title for title, _, _ in ranked],
                "text": [f"{place} of {number}" for _, place, number in ranked],
                "textposition": "outside",
                "cliponaxis": False,
                "width": 0.55,
                "hovertemplate": "%{y}: rank %{text}<extra></extra>",
            }
        ],
        layout={
            "xaxis": {
                "title": {"text": "Rank (1 is the best)"},
                "range": [0, max((number for *_, number in ranked), default=1)],
            },
            "yaxis": {"autorange": "reversed"},
            "margin": {"r": 64},  # for the text beside a bar of full length
            "showlegend": False,
        },
        columns=["Dataset", "Rank", "Of"],
        rows=ranked,
        note="Among all entries and published methods of this resolution with a result on the dataset.",
        height=120 + 26 * len(ranked),
    )


def _five_numbers(values: Sequence[float]) -> list[float]:
    """Return the extremes, the quartiles and the median, the quartiles as plotly.js draws them."""
    return [float(v) for v in np.quantile(values, [0, 0.25, 0.5, 0.75, 1], method="hazen")]


def _what_bars_are(scores: Sequence[Score]) -> str:
    intervals = any(score.low is not None for score in scores)
    deviations = any(score.low is None and score.std is not None for score in scores)
    sentences = [
        "Bars are confidence intervals." if intervals else "",
        "Bars of published results are one standard deviation over three seeds." if deviations else "",
    ]
    return " ".join(filter(None, sentences))


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
    ends = [_ends(score) for score in scores]
    if any(high or low for high, low in ends):
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [high for high, _ in ends],
            "arrayminus": [low for _, low in ends],
            "thickness": 1.2,
        }
    return trace


def _value(score: Score | None) -> float | None:
    return score.value if score else None


def _ends(score: Score | None) -> tuple[float, float]:
    """Return how far a score's bar reaches up and down: its interval, else its standard deviation."""
    if score is None:
        return 0, 0
    if score.low is not None and score.high is not None:
        return score.high - score.value, score.value - score.low
    return score.std or 0, score.std or 0
