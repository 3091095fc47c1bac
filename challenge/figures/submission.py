"""Figures of the scores and ranks of one or a few entries on each dataset."""

from collections.abc import Mapping, Sequence
from typing import Any

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import BARS, any_interval, bars, cells_of, heads_of, in_words
from challenge.figures.themes import DASHES, MARKERS
from challenge.results.score import Series
from challenge.scoring.benchmark import Benchmark


def metric_by_dataset(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Draw one metric over the datasets, a line for each entry, with intervals or deviations if known."""
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
        columns=["Dataset", *heads_of(series)],
        rows=[[title, *cells_of(series, name)] for title, name in zip(titles, names, strict=True)],
        note=_what_bars_are(series),
        height=400 + 20 * len(series),
    )


def rank_by_dataset(ranks: Mapping[str, tuple[int, int]], metric: str, benchmark: Benchmark) -> Figure:
    """Draw an entry's rank on each dataset as bars; `ranks` has the rank and the number of ranked rows."""
    ranked = [(dataset.title, *ranks[dataset.name]) for dataset in benchmark if dataset.name in ranks]
    return Figure(
        name=f"rank-by-{metric.replace('_', '-')}",
        title=f"{METRIC_TITLES[metric]}: rank on each dataset",
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
            "margin": {"r": 64},  # for the text next to a bar of full length
            "showlegend": False,
        },
        columns=["Dataset", "Rank", "Of"],
        rows=ranked,
        note="Among all entries and published methods of this resolution with a result on the dataset.",
        height=120 + 26 * len(ranked),
    )


def _what_bars_are(series: Sequence[Series]) -> str:
    intervals = any_interval(score for one in series for score in one.scores.values())
    published, grouped = (
        any(_has_deviation(one) for one in series if one.is_published == is_published)
        for is_published in (True, False)
    )
    sentences = [
        BARS if intervals else "",
        "Bars of groups of seeds are one standard deviation over the seeds." if grouped else "",
        "Bars of published results are one standard deviation over three seeds." if published else "",
    ]
    return " ".join(filter(None, sentences))


def _has_deviation(series: Series) -> bool:
    return any(score.low is None and score.std is not None for score in series.scores.values())


def _line(series: Series, number: int, titles: list[str], names: list[str]) -> dict[str, Any]:
    scores = [series.scores.get(name) for name in names]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": as_text(series.label, 60),
        "x": titles,
        "y": [score.value if score else None for score in scores],
        "text": [in_words(score) for score in scores],
        "line": {"dash": DASHES[number % len(DASHES)]},
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 8},
        "hovertemplate": "%{y:.4f}%{text}",
    }
    if ends := bars(scores):
        trace["error_y"] = ends
    return trace
