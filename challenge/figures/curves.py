"""Figures of an entry on one dataset, drawn from the data of `scoring.metrics.curves`."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from challenge.figures.figure import Figure, as_text
from challenge.figures.themes import DASHES
from challenge.scoring.benchmark import Dataset, Task
from challenge.scoring.metrics.curves import N_BINS, UNIT

_NAME_LENGTH = 20  # of class names on axes; tables show the full names

#: False positive rates at which the table of ROC curves lists the true positive rates.
_RATES = (0.01, 0.05, 0.1, 0.2, 0.5)

_SHARES = {"cmin": 0, "cmax": 1, "colorbar": {"tickformat": ".1f"}}

_DIAGONAL = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "line": {"dash": "dot"}, "layer": "below"}


def confusion_matrix(dataset: Dataset, data: Mapping[str, Any]) -> Figure:
    """Draw true and predicted classes as a heat map; for a multi-label dataset, three rates of each label."""
    if dataset.task is Task.MULTILABEL:
        return _rates_of_labels(dataset, data["confusion"])
    counts: list[list[int]] = data["confusion"]
    names = _axis_names(dataset)
    shares = [[count / sum(row) for count in row] for row in counts]
    return Figure(
        name=f"confusion-{dataset.name}",
        title=f"Confusion matrix on {dataset.title}: images by true and predicted class",
        data=[
            _heat_map(names, names, shares, [[str(count) for count in row] for row in counts])
            | {"hovertemplate": "%{y}, predicted as %{x}: %{text} (%{z:.1%})<extra></extra>"}
        ],
        layout={
            "xaxis": {"title": {"text": "Predicted class"}, "type": "category", "tickangle": -40},
            "yaxis": {"title": {"text": "True class"}, "type": "category", "autorange": "reversed"},
            "coloraxis": _SHARES,
        },
        columns=["True class", *(f"Predicted: {name}" for name in dataset.classes), "Images"],
        rows=[[name, *row, sum(row)] for name, row in zip(dataset.classes, counts, strict=True)],
        note="Numbers count images. The colour is their share of the images of the true class.",
        height=190 + 36 * len(names),
        min_width=110 + 30 * len(names) + 5 * max(map(len, names)),
    )


def _rates_of_labels(dataset: Dataset, counts: Sequence[tuple[int, int, int, int]]) -> Figure:
    rates = [_rates(*row) for row in counts]
    names = _axis_names(dataset)
    return Figure(
        name=f"confusion-{dataset.name}",
        title=f"Sensitivity, specificity and precision for each label of {dataset.title}",
        data=[
            _heat_map(
                _RATES_OF_LABEL,
                names,
                rates,
                [["–" if rate is None else f"{rate:.3f}" for rate in row] for row in rates],
            )
            | {"hovertemplate": "%{y}: %{x} %{text}<extra></extra>"}
        ],
        layout={
            "xaxis": {"type": "category"},
            "yaxis": {"title": {"text": "Label"}, "type": "category", "autorange": "reversed"},
            "coloraxis": _SHARES,
        },
        columns=["Label", *_COUNTS_OF_LABEL, *_RATES_OF_LABEL],
        rows=[
            [name, *count, *rate] for name, count, rate in zip(dataset.classes, counts, rates, strict=True)
        ],
        note="A label counts as predicted if its probability is above 0.5. "
        "A label that is never predicted has no precision.",
        height=120 + 30 * len(names),
    )


_COUNTS_OF_LABEL = ("True negatives", "False positives", "False negatives", "True positives")
_RATES_OF_LABEL = ("Sensitivity", "Specificity", "Precision")


def _rates(tn: int, fp: int, fn: int, tp: int) -> list[float | None]:
    """Return the rates named by `_RATES_OF_LABEL`."""
    return [tp / (tp + fn), tn / (tn + fp), tp / (tp + fp) if tp + fp else None]


def roc_curves(dataset: Dataset, data: Mapping[str, Any]) -> Figure:
    """Draw a line for each class against the rest, with its AUC; the diagonal is chance."""
    curves: list[dict[str, Any]] = data["roc"]
    is_binary = dataset.task is Task.BINARY
    classes = dataset.classes[1:] if is_binary else dataset.classes
    kind = "label" if dataset.task is Task.MULTILABEL else "class"
    title = f"ROC curve of each {kind} of {dataset.title}, against the rest"
    return Figure(
        name=f"roc-{dataset.name}",
        title=f"ROC curve on {dataset.title}, of “{classes[0]}”" if is_binary else title,
        data=[
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{as_text(name, _NAME_LENGTH)}: AUC {curve['auc']:.4f}",
                "x": [rate / UNIT for rate in curve["fpr"]],
                "y": [rate / UNIT for rate in curve["tpr"]],
                "line": {"dash": DASHES[number % len(DASHES)], "width": 1.8},
                "hovertemplate": "%{y:.3f} at %{x:.3f}",
            }
            for number, (name, curve) in enumerate(zip(classes, curves, strict=True))
        ],
        layout={
            "xaxis": {"title": {"text": "False positive rate"}, "range": [-0.01, 1.01]},
            "yaxis": {"title": {"text": "True positive rate"}, "range": [-0.01, 1.02]},
            "shapes": [_DIAGONAL],
            "showlegend": True,
            "legend": {"font": {"size": 12}},
        },
        columns=[kind.capitalize(), "AUC", *(f"True positive rate at {rate:g}" for rate in _RATES)],
        rows=[
            [name, curve["auc"], *(_true_rate_at(rate, curve) for rate in _RATES)]
            for name, curve in zip(classes, curves, strict=True)
        ],
        note="AUC is the area under the curve. The dotted diagonal is chance, with an AUC of 0.5. "
        "The table lists true positive rates at false positive rates from 0.01 to 0.5.",
        height=360 + 22 * len(curves),
    )


def _true_rate_at(rate: float, curve: Mapping[str, Any]) -> float:
    """Return the highest true positive rate of a curve at a false positive rate."""
    x, y = curve["fpr"], curve["tpr"]
    last = bisect_right(x, rate * UNIT) - 1
    if last == len(x) - 1:
        return y[last] / UNIT
    share = (rate * UNIT - x[last]) / (x[last + 1] - x[last])
    return (y[last] + share * (y[last + 1] - y[last])) / UNIT


def reliability_diagram(dataset: Dataset, data: Mapping[str, Any]) -> Figure:
    """Draw the accuracy of predictions by their confidence; on the diagonal both agree."""
    bins = data["reliability"]
    total = sum(bins["count"])
    if dataset.task is Task.MULTILABEL:
        what, confidence, accuracy = "labels", "Probability of a label", "Share that has the label"
    else:
        what, confidence, accuracy = "images", "Confidence in the predicted class", "Accuracy"
    filled = [i for i, count in enumerate(bins["count"]) if count]
    return Figure(
        name=f"reliability-{dataset.name}",
        title=f"Reliability on {dataset.title}: the expected calibration error is {bins['ece']:.4f}",
        data=[
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": accuracy,
                "x": [bins["confidence"][i] for i in filled],
                "y": [bins["accuracy"][i] for i in filled],
                "marker": {"size": 8},
                "hovertemplate": "%{y:.3f} at %{x:.3f}",
            },
            {
                "type": "bar",
                "name": f"Share of all {what}",
                "x": [(i + 0.5) / N_BINS for i in range(N_BINS)],
                "y": [count / total for count in bins["count"]],
                "width": 1 / N_BINS,
                "opacity": 0.4,
                "hovertemplate": "%{y:.1%}",
            },
        ],
        layout={
            "xaxis": {"title": {"text": confidence}, "range": [0, 1.01]},
            "yaxis": {"title": {"text": accuracy}, "range": [-0.01, 1.02]},
            "shapes": [_DIAGONAL],
            "showlegend": True,
        },
        columns=["Bin", what.capitalize(), f"Mean {confidence[0].lower()}{confidence[1:]}", accuracy],
        rows=[
            [f"{i / N_BINS:.2f} to {(i + 1) / N_BINS:.2f}", *(bins[key][i] for key in _BIN_KEYS)]
            for i in range(N_BINS)
        ],
        note=f"{N_BINS} bins of equal width. On the dotted diagonal, the confidence is right; below it, the confidence "
        "is too high, above it, too low. The expected calibration error is the mean distance from the diagonal, as "
        "defined by Guo et al. (2017).",
    )


_BIN_KEYS = ("count", "confidence", "accuracy")


def _heat_map(
    x: Sequence[str], y: Sequence[str], z: Sequence[Sequence[float | None]], text: Sequence[Sequence[str]]
) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "x": list(x),
        "y": list(y),
        "z": z,
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"size": 11},
        "coloraxis": "coloraxis",
        "xgap": 1,
        "ygap": 1,
    }


def _axis_names(dataset: Dataset) -> list[str]:
    return [as_text(name, _NAME_LENGTH) for name in dataset.classes]
