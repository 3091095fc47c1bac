"""Scores of many rows on each dataset, as a heat map and as box plots."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import any_interval, cells, heads, in_words
from challenge.figures.labels import LABEL_LENGTH, names_axis, unique_labels, value_on
from challenge.results.score import Series
from challenge.scoring.benchmark import Benchmark

#: Maximum number of rows in a figure; the tables contain all rows.
MAX_ROWS = 30
#: Share of the cells that have the weakest colour if colours show differences.
_FAR = 1 / 3


def score_heat_map(
    series: Sequence[Series], metric: str, benchmark: Benchmark, *, within: bool = False
) -> Figure:
    """Draw one metric as a heat map: a row for each entry, in the given order, and a column for each dataset.

    A cell has the colour of its score, or `within` each dataset that of the difference from the dataset's best row.
    """
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
    words = [[in_words(one.scores.get(dataset.name)) for dataset in benchmark] for one in series[:MAX_ROWS]]
    colours = _colours_within(values, words) if within else _colours_of_scores(drawn, words)
    heat_map = {
        "type": "heatmap",
        "x": titles,
        "y": labels,
        "coloraxis": "coloraxis",
        "textfont": {"size": 11},
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        **colours.cells,
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
            "coloraxis": colours.axis,
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
        note="The row with the best mean is at the top. A dash: not published for this dataset."
        + (" Point at a cell for its 95 % interval." if has_intervals else "")
        + colours.note,
        height=150 + 25 * len(labels),
        min_width=980,
    )


class _Colours(NamedTuple):
    """Colours of the heat map: parts of its trace, its colour axis, and the end of its note."""

    cells: dict[str, Any]
    axis: dict[str, Any]
    note: str = ""


def _colours_of_scores(drawn: Sequence[Sequence[float | None]], words: Sequence[Sequence[str]]) -> _Colours:
    return _Colours(
        {
            "z": drawn,
            "text": words,
            "texttemplate": "%{z:.3f}",
            "hovertemplate": "%{y}<br>%{x}: %{z:.4f}%{text}<extra></extra>",
        },
        {"colorbar": {"tickformat": ".2f"}},
    )


def _colours_within(values: Sequence[Sequence[float | None]], words: Sequence[Sequence[str]]) -> _Colours:
    """Colour the first rows, those with words, by their difference from the best of all rows on the dataset."""
    scores = np.array(values, dtype=float)  # None becomes NaN
    drawn = scores[: len(words)]
    differences = drawn - np.fmax.reduce(scores, axis=0)
    # A few rows that are far lower would leave all others the same colour.
    far = max(-float(np.nanquantile(differences, _FAR)), 0.001)
    return _Colours(
        {
            "z": _numbers(differences),
            "text": [["" if np.isnan(cell) else f"{cell:.3f}" for cell in row] for row in drawn],
            "customdata": [
                [f"{cell:.4f}{about}" for cell, about in zip(row, of_row, strict=True)]
                for row, of_row in zip(drawn, words, strict=True)
            ],
            "texttemplate": "%{text}",
            "hovertemplate": "%{y}<br>%{x}: %{customdata}<br>difference from the best row: %{z:.4f}<extra></extra>",
        },
        {
            "cmin": -far,
            "cmax": 0,
            "colorbar": {"tickformat": ".3f", "title": {"text": "Difference<br>from best"}},
        },
        " The colour is the difference from the dataset's best row. The best row has the strongest colour; rows that "
        f"are lower by {far:.3f} or more have the weakest.",
    )


def _numbers(values: np.ndarray) -> list[list[float | None]]:
    """Return rounded numbers as plotly.js reads them: None in place of NaN."""
    return [[None if np.isnan(cell) else round(float(cell), 6) for cell in row] for row in values]


def distribution_over_datasets(series: Sequence[Series], metric: str, benchmark: Benchmark) -> Figure:
    """Draw one metric over the datasets as box plots, one for each entry, in the given order."""
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
        title=f"{METRIC_TITLES[metric]}: distribution over the datasets",
        data=data,
        layout={
            "xaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "yaxis": {
                "range": [len(drawn) - 0.6, -0.8],
                "showticklabels": False,
                "showgrid": False,
                "zeroline": False,
            },
            # Names above the boxes: next to them, they would take half of a narrow screen. As labels of ticks inside
            # the plot they would hide the numbers of the other axis there.
            "annotations": [
                {
                    "text": as_text(one.label, LABEL_LENGTH),
                    "xref": "paper",
                    "x": 0,
                    "xanchor": "left",
                    "y": place - 0.2,
                    "yanchor": "bottom",
                    "showarrow": False,
                    "font": {"size": 12},
                }
                for place, one in enumerate(drawn)
            ],
            "margin": {"l": 16},
            "boxmode": "overlay",
            "showlegend": len(data) > 1,
            "legend": {"y": 1, "yanchor": "bottom"},
        },
        columns=["Entry", "Datasets", "Lowest", "Lower quartile", "Median", "Upper quartile", "Highest"],
        rows=[_summary(one) for one in series],
        note="A box spans the middle half of the datasets. The solid line is the median, the dashed line the mean. "
        "Each point is a dataset."
        + (
            " Point at a dataset for its 95 % interval."
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
    # Plotly.js computes the quartiles of its boxes in this way.
    quartiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1], method="hazen")
    return [series.label, len(values), *(float(value) for value in quartiles)]


def _number_of_rows(series: Sequence[Series]) -> str:
    if len(series) > MAX_ROWS:
        return f"the {MAX_ROWS} highest rows"
    return "1 row" if len(series) == 1 else f"{len(series)} rows"
