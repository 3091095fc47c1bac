"""Figure of the differences of entries to a first entry, with intervals from paired replicates."""

from collections.abc import Sequence
from typing import Any

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.themes import MARKERS
from challenge.results.score import Difference
from challenge.scoring.benchmark import Benchmark

_LABEL_LENGTH = 60


def paired_differences_by_dataset(
    first: str,
    others: Sequence[str],
    means: Sequence[Difference | None],
    by_dataset: Sequence[Sequence[Difference | None]],
    metric: str,
    benchmark: Benchmark,
) -> Figure:
    """Draw the differences with error bars: each other entry minus the first, on each dataset and for the mean.

    Args:
        first: name of the first entry.
        others: names of the other entries.
        means: (len(others),), differences of the means over the datasets.
        by_dataset: (D, len(others)), differences on each dataset, in the benchmark's order.
        metric: name of the metric.
        benchmark: the D datasets.

    """
    titles = [f"Mean of {len(by_dataset)}", *(dataset.title for dataset in benchmark)]
    lines = [means, *by_dataset]
    step = 0.6 / max(len(others), 3)
    return Figure(
        name=f"{metric.replace('_', '-')}-paired-by-dataset",
        title=f"{METRIC_TITLES[metric]}: differences to {first} on each dataset",
        data=[
            _points(
                name,
                number,
                (number - (len(others) - 1) / 2) * step,
                [line[number] for line in lines],
                titles,
            )
            for number, name in enumerate(others)
        ],
        layout={
            "xaxis": {"title": {"text": "Difference"}, "tickformat": "+.2~f", "zeroline": False},
            "yaxis": {
                "tickvals": list(range(len(titles))),
                "ticktext": titles,
                "range": [len(titles) - 0.4, -0.6],
                "showgrid": False,
                "zeroline": False,
            },
            "shapes": [
                {"type": "line", "layer": "below", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1},
                {
                    "type": "line",
                    "layer": "below",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1,
                    "y0": 0.5,
                    "y1": 0.5,
                    "line": {"dash": "dot"},
                },
            ],
            "hovermode": "closest",
            "showlegend": len(others) > 1,
            "legend": {"y": 1.01, "yanchor": "bottom"},
        },
        columns=["Dataset", *(head for name in others for head in (name, "low", "high"))],
        rows=[
            [title, *(cell for one in line for cell in _cells(one))]
            for title, line in zip(titles, lines, strict=True)
        ],
        note=f"Right of the line at 0, an entry is better than {first}. A bar is the interval of the difference. If it "
        "crosses the line, the difference is not significant. With 95 % confidence, the intervals of all pairs and all "
        "datasets hold together; for the means, those of all pairs.",
        height=130 + (20 + 6 * len(others)) * len(titles),
        min_width=420,
    )


def _points(
    name: str, number: int, offset: float, differences: Sequence[Difference | None], titles: Sequence[str]
) -> dict[str, Any]:
    there = [(place, one) for place, one in enumerate(differences) if one is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": as_text(name, _LABEL_LENGTH),
        "x": [one.value for _, one in there],
        "y": [round(place + offset, 3) for place, _ in there],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [0 if one.high is None else one.high - one.value for _, one in there],
            "arrayminus": [0 if one.low is None else one.value - one.low for _, one in there],
            "thickness": 1.4,
            "width": 3,
        },
        "text": [titles[place] for place, _ in there],
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 8},
        "hovertemplate": "%{text}: %{x:+.4f}",
    }


def _cells(difference: Difference | None) -> tuple[float | None, float | None, float | None]:
    return (difference.value, difference.low, difference.high) if difference else (None, None, None)
