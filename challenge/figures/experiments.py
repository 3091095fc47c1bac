"""Figures of the four experiments of Bachmeier (2024), drawn from the published means over the 12 datasets."""

from collections.abc import Sequence
from typing import Any

from challenge.experiments.findings import FamilyComparison, FamilyMeans, Pair
from challenge.experiments.results import METRICS, RESOLUTIONS, Model, Results
from challenge.figures.figure import METRIC_TITLES, Figure
from challenge.figures.themes import MARKERS
from challenge.results.score import Score

#: Names of the schemes in titles.
SCHEME_TITLES = {
    "end-to-end": "end-to-end training",
    "linear-probing": "linear probing",
    "knn": "k-NN",
    "mm-pt": "mm-PT",
}
#: Short names of the metrics for axes, because plots are narrow on a phone; titles use the full names.
METRIC_AXES = {metric: short[0].upper() + short[1:] for metric, short in METRICS.items()}
FAMILY_MARKERS = {"CNN": "circle", "ViT": "diamond"}
FAMILY_DASHES = {"CNN": "solid", "ViT": "dash"}

_ROW_HEIGHT = 30
_LEGEND = {"yref": "container", "y": 0.01, "yanchor": "bottom"}  # below the axis, however many lines it has
_DEVIATION = "Bars are ± the published standard deviation over 3 seeds, averaged over the datasets."
_NO_DEVIATION = "No deviations were published for these values."


def families(comparison: FamilyComparison, scheme: str, resolution: int, metric: str) -> Figure:
    """Draw the mean of every architecture, CNNs above ViTs, with the mean of each family as a line."""
    both = sorted((comparison.ahead, comparison.behind), key=lambda one: one.family)
    names = [model.title for family in both for model, _ in family.scores]
    return Figure(
        name="cnn-against-vit",
        title=f"{METRIC_TITLES[metric]} of CNNs and ViTs under {SCHEME_TITLES[scheme]} at {_pixels(resolution)}",
        data=[*(_points(family) for family in both), _means(both)],
        layout={
            "xaxis": {"title": {"text": METRIC_AXES[metric]}, "nticks": 5},
            "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": names[::-1]},
            "legend": _LEGEND,
        },
        columns=["Architecture", "Family", METRIC_TITLES[metric], "±"],
        rows=[
            *([m.title, one.family, score.value, score.std] for one in both for m, score in one.scores),
            *([f"Mean of the {one.family}s", one.family, one.mean, None] for one in both),
        ],
        note="Each point is one architecture. The dotted line is the mean of its family. "
        + (_NO_DEVIATION if comparison.deviation is None else _DEVIATION),
        height=150 + _ROW_HEIGHT * len(names),
    )


def _points(family: FamilyMeans) -> dict[str, Any]:
    points: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": family.family,
        "x": [score.value for _, score in family.scores],
        "y": [model.title for model, _ in family.scores],
        "marker": {"symbol": FAMILY_MARKERS[family.family], "size": 10},
        "hovertemplate": "%{y}: %{x:.4f}<extra></extra>",
    }
    _add_deviations(points, [score for _, score in family.scores])
    return points


def _means(both: Sequence[FamilyMeans]) -> dict[str, Any]:
    """Draw the mean of each family across the rows of its models."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "mean of the family",
        "x": [x for one in both for x in (one.mean, one.mean, None)],
        "y": [y for one in both for y in (one.scores[0][0].title, one.scores[-1][0].title, None)],
        "line": {"dash": "dot", "width": 2},
        "hovertemplate": "mean: %{x:.4f}<extra></extra>",
    }


def over_resolutions(results: Results, scheme: str, metric: str) -> Figure:
    """Draw a line for every model of a scheme over the four resolutions."""
    models = results.models(scheme, metric)
    scores = {model: [results.score(model, r, metric) for r in RESOLUTIONS] for model in models}
    return Figure(
        name="metric-over-resolutions",
        title=f"{METRIC_TITLES[metric]} over the resolutions under {SCHEME_TITLES[scheme]}",
        data=[
            _line(model, number, [score.value if score else None for score in scores[model]], "%{y:.4f}")
            for number, model in enumerate(models)
        ],
        layout=_resolution_layout(METRIC_AXES[metric]),
        columns=["Architecture", *(c for r in RESOLUTIONS for c in (_pixels(r), f"± at {_pixels(r)}"))],
        rows=[
            [
                model.title,
                *(cell for s in scores[model] for cell in ((s.value, s.std) if s else (None, None))),
            ]
            for model in models
        ],
        note="A line is one architecture: solid for CNNs, dashed for ViTs. The published deviations are in the table.",
        height=520,
    )


def gains_over_lowest(results: Results, scheme: str, metric: str) -> Figure:
    """Draw the gain of every model of a scheme over its own mean at the lowest resolution."""
    lowest = RESOLUTIONS[0]
    rows: dict[Model, list[float | None]] = {}
    for model in results.models(scheme, metric):
        base = results.value(model, lowest, metric)
        values = [results.value(model, r, metric) for r in RESOLUTIONS]
        rows[model] = [None if base is None or value is None else value - base for value in values]
    return Figure(
        name="gain-over-lowest-resolution",
        title=f"Gain in {METRICS[metric]} over {_pixels(lowest)} under {SCHEME_TITLES[scheme]}",
        data=[_line(model, number, gains, "%{y:+.4f}") for number, (model, gains) in enumerate(rows.items())],
        layout=_resolution_layout(f"Gain in {METRICS[metric]}"),
        columns=["Architecture", *(_pixels(r) for r in RESOLUTIONS)],
        rows=[[model.title, *gains] for model, gains in rows.items()],
        note=f"Every line starts at 0, the model's own mean at {_pixels(lowest)}. "
        "Where a line falls, more pixels did not help.",
        height=520,
    )


def _line(model: Model, number: int, values: Sequence[float | None], value_format: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": model.title,
        "x": [str(r) for r in RESOLUTIONS],
        "y": list(values),
        "line": {"dash": FAMILY_DASHES[model.family], "width": 1.8},
        "marker": {"symbol": MARKERS[number % len(MARKERS)], "size": 8},
        "hovertemplate": f"%{{fullData.name}}, %{{x}} px: {value_format}<extra></extra>",
    }


def _resolution_layout(title: str) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": "Resolution in pixels"}, "type": "category"},
        "yaxis": {"title": {"text": title}},
        "hovermode": "closest",
        "legend": _LEGEND,
    }


def weighting(pairs: Sequence[Pair], metric: str) -> Figure:
    """Draw mm-PT with the plain and the weighted loss, a line for each architecture and resolution."""
    return _dumbbells(
        pairs,
        metric,
        name="weighted-loss",
        title=f"{METRIC_TITLES[metric]} of mm-PT with the plain and the weighted loss",
        ways=("Plain loss", "Weighted loss"),
        note=f"The number next to a line is the gain from the weighted loss. {_NO_DEVIATION}",
    )


def single_and_mm_pt(pairs: Sequence[Pair], metric: str) -> Figure:
    """Draw single-dataset training and mm-PT, a line for each architecture and resolution."""
    return _dumbbells(
        pairs,
        metric,
        name="single-dataset-and-mm-pt",
        title=f"{METRIC_TITLES[metric]} of models trained on each dataset alone and of mm-PT",
        ways=("Each dataset alone, end-to-end", "mm-PT, plain loss"),
        note=f"The number next to a line is the gain from mm-PT. {_DEVIATION} mm-PT was run once and has no deviation.",
    )


def _dumbbells(
    pairs: Sequence[Pair], metric: str, *, name: str, title: str, ways: tuple[str, str], note: str
) -> Figure:
    names = [f"{pair.first.title}, {pair.resolution} px" for pair in pairs]
    before, after = [pair.before for pair in pairs], [pair.after for pair in pairs]
    return Figure(
        name=name,
        title=title,
        data=[
            _end(ways[0], before, names, "circle"),
            _end(ways[1], after, names, "square-open"),
            _differences(pairs, names),
        ],
        layout={
            "xaxis": {"title": {"text": METRIC_AXES[metric]}, "nticks": 5},
            "yaxis": {
                "type": "category",
                "categoryorder": "array",
                "categoryarray": names[::-1],
                "showgrid": False,
            },
            "legend": _LEGEND,
            "shapes": [_between(pair, one) for pair, one in zip(pairs, names, strict=True)],
            "margin": {"r": 64},
        },
        columns=["Architecture", "Resolution", ways[0], ways[1], "Difference", "± of the first"],
        rows=[
            [p.first.title, p.resolution, p.before.value, p.after.value, p.difference, p.before.std]
            for p in pairs
        ],
        note=note,
        height=150 + _ROW_HEIGHT * len(names),
    )


def _end(way: str, scores: Sequence[Score], names: Sequence[str], symbol: str) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": way,
        "x": [score.value for score in scores],
        "y": list(names),
        "marker": {"symbol": symbol, "size": 10},
        "hovertemplate": "%{y}: %{x:.4f}<extra>" + way + "</extra>",
    }
    _add_deviations(trace, scores)
    return trace


def _between(pair: Pair, name: str) -> dict[str, Any]:
    """Join the two ends of a pair."""
    ends = {"x0": pair.before.value, "x1": pair.after.value, "y0": name, "y1": name}
    return {"type": "line", "xref": "x", "yref": "y", "layer": "below", "line": {"width": 2}, **ends}


def _differences(pairs: Sequence[Pair], names: Sequence[str]) -> dict[str, Any]:
    """Print the differences next to the right ends."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [max(pair.before.value + (pair.before.std or 0), pair.after.value) for pair in pairs],
        "y": list(names),
        "text": [f"   {pair.difference:+.4f}".replace("-", "\N{MINUS SIGN}") for pair in pairs],
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _add_deviations(trace: dict[str, Any], scores: Sequence[Score]) -> None:
    if any(score.std is not None for score in scores):
        trace["error_x"] = {"type": "data", "array": [score.std or 0 for score in scores], "thickness": 1.2}


def _pixels(resolution: int) -> str:
    return f"{resolution} × {resolution}"
