"""Rows and figures of the study of BatchNorm's statistics."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from challenge.figures.figure import Figure
from challenge.figures.themes import DASHES, MARKERS, theme
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: Kinds of results of an epoch: training, or validation with one of two kinds of statistics.
EVALUATIONS = {
    "train": "training",
    "shared": "shared statistics",
    "per-dataset": "statistics per dataset",
}
_DEVIATION = "Bars are ± one standard deviation over the seeds."


@dataclass(frozen=True, slots=True)
class Row:
    """Results of one dataset after one epoch, for one kind of `EVALUATIONS`."""

    architecture: str
    seed: int
    epoch: int
    dataset: str
    evaluation: str
    loss: float
    auc: float
    balanced_accuracy: float


def select(rows: Iterable[Row], **values: object) -> list[Row]:
    """Return the rows that have these values."""
    return [row for row in rows if all(getattr(row, name) == value for name, value in values.items())]


def over_datasets(rows: Iterable[Row], what: str) -> list[float]:
    """Return the mean over the datasets for each seed, in the order of the rows."""
    by_seed: dict[int, list[float]] = {}
    for row in rows:
        by_seed.setdefault(row.seed, []).append(getattr(row, what))
    return [statistics.fmean(values) for values in by_seed.values()]


def loss_curves(rows: Sequence[Row], architectures: Mapping[str, str]) -> Figure:
    """Draw the losses of training and both validations by epoch, with a panel for each architecture."""
    epochs = sorted({row.epoch for row in rows})
    data, layout = [], dict[str, Any]()
    lines: list[list[str | float]] = []
    for place, (architecture, title) in enumerate(architectures.items(), start=1):
        suffix = "" if place == 1 else str(place)
        width = 1 / len(architectures)
        layout[f"xaxis{suffix}"] = {
            "title": {"text": f"Epoch ({title})"},
            "domain": [(place - 1) * width + (0.03 if place > 1 else 0), place * width - 0.03],
            "tickvals": epochs,
            "anchor": f"y{suffix}",
        }
        layout[f"yaxis{suffix}"] = {"rangemode": "tozero", "anchor": f"x{suffix}"}
        layout[f"yaxis{suffix}"] |= {"matches": "y"} if suffix else {"title": {"text": "Loss"}}
        for number, (evaluation, name) in enumerate(EVALUATIONS.items()):
            found = select(rows, architecture=architecture, evaluation=evaluation)
            losses = [over_datasets(select(found, epoch=epoch), "loss") for epoch in epochs]
            means, deviations = _means_and_deviations(losses)
            label = name if evaluation == "train" else f"validation, {name}"
            lines += [
                [title, label, epoch, *both] for epoch, *both in zip(epochs, means, deviations, strict=True)
            ]
            data.append(
                _trace(label, epochs, means, number)
                | {"error_y": {"array": deviations, "thickness": 1.2}, "showlegend": place == 1}
                | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "mode": "lines+markers"}
            )
    return Figure(
        name="batchnorm-loss",
        title="Loss of mm-PT by epoch, mean over the 12 datasets",
        data=data,
        layout=layout,
        columns=["Model", "Evaluation", "Epoch", "Loss", "±"],
        rows=lines,
        note=_DEVIATION,
        height=360,
    )


def by_dataset(rows: Sequence[Row], architecture: str) -> Figure:
    """Draw the balanced accuracy on each dataset after the last epoch, with both kinds of statistics."""
    at_end = select(rows, architecture=architecture, epoch=max(row.epoch for row in rows))
    names = list(dict.fromkeys(row.dataset for row in at_end))
    titles = [MEDMNIST_PLUS[name].title for name in names]
    data, columns = [], []
    for number, evaluation in enumerate(("shared", "per-dataset"), start=1):
        found = select(at_end, evaluation=evaluation)
        scores = [[row.balanced_accuracy for row in select(found, dataset=name)] for name in names]
        means, deviations = _means_and_deviations(scores)
        columns += [means, deviations]
        data.append(
            _trace(EVALUATIONS[evaluation], means, titles, number)
            | {"error_x": {"array": deviations, "thickness": 1.2}, "mode": "markers"}
        )
    return Figure(
        name="batchnorm-datasets",
        title="Balanced accuracy of ResNet-18 by dataset, with the same weights",
        data=data,
        layout={
            "xaxis": {"title": {"text": "Balanced accuracy (validation)"}, "range": [0, 1.02]},
            "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": titles[::-1]},
        },
        columns=["Dataset", "Shared", "±", "Per dataset", "±"],
        rows=[list(line) for line in zip(titles, *columns, strict=True)],
        note=_DEVIATION,
        height=480,
    )


def _means_and_deviations(values: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    return [statistics.fmean(each) for each in values], [statistics.pstdev(each) for each in values]


def _trace(name: str, x: Sequence[Any], y: Sequence[Any], number: int) -> dict[str, Any]:
    colour = theme("file")["layout"]["colorway"][
        number
    ]  # the same in all panels; these figures exist only as files
    return {
        "type": "scatter",
        "name": name,
        "legendgroup": name,
        "x": list(x),
        "y": list(y),
        "line": {"dash": DASHES[number], "width": 1.8, "color": colour},
        "marker": {"symbol": MARKERS[number], "size": 9, "color": colour},
    }
