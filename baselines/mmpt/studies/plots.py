"""Figures of trainings: losses and metrics by epoch, of one run or of two runs side by side.

The figures go to files, so they use the colours of the file theme. A run keeps its colour; training is dashed and
validation solid.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from baselines.mmpt.training.history import History, title
from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.themes import theme
from challenge.scoring.benchmark import MEDMNIST_PLUS

SPLITS = {"train": "training", "val": "validation"}
#: The metrics that have curves.
METRICS = ("auc", "balanced_accuracy")

_TITLES = {"loss": "Loss"} | METRIC_TITLES
_AXES = {"loss": "Loss", "auc": "AUC", "balanced_accuracy": "Balanced accuracy"}
_DASHES = {"train": "dash", "val": "solid"}
_COLUMNS = 3
_COLOURS = theme("file")["layout"]["colorway"]
_DATASET_TITLES = {dataset.name: dataset.title for dataset in MEDMNIST_PLUS}
_OF_TRAINING = "Training values come from the model as it was at each step."

Curve = Sequence[tuple[int, float | None]]


def figures(histories: Sequence[History]) -> list[Figure]:
    """Make all figures of one run or two."""
    return [
        mean_curves(histories, "loss", "batches"),
        *(mean_curves(histories, what, "datasets") for what in ("loss", *METRICS)),
        *(dataset_curves(histories, what) for what in ("loss", *METRICS)),
        *(at_best_epoch(histories, metric) for metric in METRICS),
    ]


def labels(histories: Sequence[History]) -> list[str]:
    """Name the runs by their training, and also by their folder if the trainings have the same name."""
    titles = [title(history.config) for history in histories]
    if len(set(titles)) == len(titles):
        return titles
    return [f"{one} ({history.name})" for one, history in zip(titles, histories, strict=True)]


def mean_curves(histories: Sequence[History], what: str, over: str) -> Figure:
    """Draw the mean over all datasets by epoch: a plot for each run, at the same scale, with its best epoch."""
    names = labels(histories)
    curves = {
        (name, split): history.mean_curve(split, what, over)
        for name, history in zip(names, histories, strict=True)
        for split in SPLITS
    }
    data = [
        _line(curve, SPLITS[split], number, split, names.index(name), in_legend=number == 1)
        for (name, split), curve in curves.items()
        for number in [names.index(name) + 1]
    ]
    return Figure(
        name=f"{_file_name(what)}-mean-over-{over}",
        title=f"{_TITLES[what]} by epoch, mean over the {over} of all datasets",
        data=data,
        layout=_panels(names, len(names), _AXES[what]) | {"shapes": list(_best_lines(histories))},
        columns=["Run", "Split", "Epoch", _TITLES[what]],
        rows=[[n, SPLITS[split], *point] for (n, split), curve in curves.items() for point in curve],
        note=f"The dotted line marks the best epoch, whose model is kept. {_OF_TRAINING}",
        height=420,
    )


def _best_lines(histories: Sequence[History]) -> Iterator[dict[str, Any]]:
    """Mark the best epoch of each run if all its datasets share it."""
    for number, history in enumerate(histories, start=1):
        if len(best := set(history.best_epochs().values())) == 1:
            (epoch,) = best
            ends = {"x0": epoch, "x1": epoch, "y0": 0, "y1": 1}
            axes = {"xref": _axis("x", number), "yref": f"{_axis('y', number)} domain"}
            yield {"type": "line", "layer": "below", "line": {"dash": "dot", "width": 1}, **axes, **ends}


def dataset_curves(histories: Sequence[History], what: str) -> Figure:
    """Draw a plot for each dataset with the curves of all runs; each plot has its own scale."""
    names = labels(histories)
    datasets = _datasets(histories)
    data, rows = [], []
    for panel, dataset in enumerate(datasets, start=1):
        for number, (name, history) in enumerate(zip(names, histories, strict=True)):
            for split, called in SPLITS.items():
                curve = history.curve(dataset, split, what)
                legend = called if len(names) == 1 else f"{name}: {called}"
                data.append(_line(curve, legend, panel, split, number, in_legend=panel == 1))
                rows += [[name, _called(dataset), called, epoch, value] for epoch, value in curve]
    n_rows = -(-len(datasets) // _COLUMNS)
    return Figure(
        name=f"{_file_name(what)}-by-dataset",
        title=f"{_TITLES[what]} by epoch on each dataset" + (f": {names[0]}" if len(names) == 1 else ""),
        data=data,
        layout=_panels([_called(dataset) for dataset in datasets], _COLUMNS),
        columns=["Run", "Dataset", "Split", "Epoch", _TITLES[what]],
        rows=rows,
        note=f"Every plot has its own scale. {_OF_TRAINING}",
        height=140 + 150 * n_rows,
    )


def at_best_epoch(histories: Sequence[History], metric: str) -> Figure:
    """Draw the validation metric of the models that are kept, dataset by dataset."""
    names = labels(histories)
    values = [history.at_best(metric) for history in histories]
    datasets = _datasets(histories)
    called = [_called(dataset) for dataset in datasets]
    return Figure(
        name=f"{_file_name(metric)}-at-best-epoch",
        title=f"{_TITLES[metric]} on the validation splits at the best epoch",
        data=[
            {
                "type": "scatter",
                "mode": "markers",
                "name": as_text(name),
                "x": [of_run.get(dataset) for dataset in datasets],
                "y": called,
                "marker": {"symbol": ("circle", "square-open")[number], "size": 10},
                "hovertemplate": "%{y}: %{x:.4f}<extra></extra>",
            }
            for number, (name, of_run) in enumerate(zip(names, values, strict=True))
        ],
        layout={
            "xaxis": {"title": {"text": _AXES[metric]}, "nticks": 6},
            "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": called[::-1]},
            "showlegend": True,
            "margin": {"b": 80},
        },
        columns=["Dataset", *names],
        rows=[[_called(dataset), *(of_run.get(dataset) for of_run in values)] for dataset in datasets],
        note="The best epoch is the one with the lowest validation loss.",
        height=150 + 28 * len(datasets),
    )


def _line(curve: Curve, name: str, panel: int, split: str, run: int, *, in_legend: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": as_text(name),
        "legendgroup": name,
        "showlegend": in_legend,
        "x": [epoch for epoch, _ in curve],
        "y": [value for _, value in curve],
        "xaxis": _axis("x", panel),
        "yaxis": _axis("y", panel),
        "line": {"dash": _DASHES[split], "width": 1.8, "color": _COLOURS[run]},
        "marker": {"size": 4},
        "hovertemplate": "epoch %{x}: %{y:.4f}<extra>" + as_text(name) + "</extra>",
    }


def _panels(titles: Sequence[str], n_columns: int, y_title: str = "") -> dict[str, Any]:
    """Lay plots out in rows, each with a title above; with `y_title` they share one y axis scale."""
    n_rows = -(-len(titles) // n_columns)
    layout: dict[str, Any] = {
        "grid": {
            "rows": n_rows,
            "columns": n_columns,
            "pattern": "independent",
            "xgap": 0.2,
            "ygap": 0.35,
            "domain": {"y": [0, 1 - 0.06 / n_rows]},  # room for the titles of the first row
        },
        "annotations": [_panel_title(text, number) for number, text in enumerate(titles, start=1)],
        "margin": {"b": 90},
    }
    for number in range(1, len(titles) + 1):
        is_lowest = number > len(titles) - n_columns
        layout[_layout_axis("x", number)] = {"title": {"text": "Epoch" if is_lowest else ""}, "nticks": 6}
        layout[_layout_axis("y", number)] = {"nticks": 5}
        if y_title:
            common = {"title": {"text": y_title}} if number == 1 else {"matches": "y"}
            layout[_layout_axis("y", number)] |= common
    return layout


def _panel_title(text: str, number: int) -> dict[str, Any]:
    place = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "showarrow": False}
    axes = {"xref": f"{_axis('x', number)} domain", "yref": f"{_axis('y', number)} domain"}
    return {"text": as_text(text), **axes, **place}


def _axis(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def _layout_axis(letter: str, number: int) -> str:
    return f"{letter}axis{number if number > 1 else ''}"


def _datasets(histories: Iterable[History]) -> list[str]:
    """Return the datasets of all runs, in their official order; further datasets follow."""
    there = dict.fromkeys(name for history in histories for name in history.datasets)
    return sorted(there, key=[*_DATASET_TITLES, *there].index)


def _called(dataset: str) -> str:
    return _DATASET_TITLES.get(dataset, dataset)


def _file_name(what: str) -> str:
    return what.replace("_", "-")
