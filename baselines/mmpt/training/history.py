"""Histories of runs, read from their `metrics.csv` without torch."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baselines.mmpt.training import runs
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.runs import METRICS_FILE
from challenge.content.architectures import ARCHITECTURE_BY_NAME
from challenge.scoring.metrics.ranked import METRICS

#: Name of the rows with the means over the datasets.
AVERAGE = "average"
COLUMNS = ("epoch", "dataset", "split", "batches", "loss", *METRICS)


class HistoryError(Exception):
    """A folder has no history of epochs; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One epoch of one dataset and split; `values` has the loss and the metrics, None if undefined."""

    epoch: int
    dataset: str
    split: str
    batches: int
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class History:
    """The epochs of a run, or of several runs with one model per dataset.

    Attributes:
        name: name of the folder.
        config: configuration of the training; its dataset is None if there are several models.
        rows: in the order of the epochs; if there are several models, one dataset after the other.

    """

    name: str
    config: TrainingConfig
    rows: Sequence[Row]

    @property
    def datasets(self) -> list[str]:
        """Names of the datasets, in the order of their training."""
        return list(dict.fromkeys(row.dataset for row in self.rows))

    def curve(self, dataset: str, split: str, what: str) -> list[tuple[int, float | None]]:
        """Return epochs and values of one dataset."""
        return [
            (row.epoch, row.values[what])
            for row in self.rows
            if row.dataset == dataset and row.split == split
        ]

    def mean_curve(self, split: str, what: str, over: str) -> list[tuple[int, float]]:
        """Return epochs and means over "batches" (large datasets count more) or "datasets".

        Epochs without a value for some dataset are left out: its training ended earlier, or the metric is undefined.
        """
        n_datasets = len(self.datasets)
        epochs: dict[int, list[tuple[int, float]]] = {}
        for row in self.rows:
            value = row.values[what]
            if row.split == split and value is not None:
                weight = row.batches if over == "batches" else 1
                epochs.setdefault(row.epoch, []).append((weight, value))
        return [
            (epoch, sum(w * value for w, value in parts) / sum(w for w, _ in parts))
            for epoch, parts in sorted(epochs.items())
            if len(parts) == n_datasets
        ]

    def best_epochs(self) -> dict[str, int]:
        """Return the best epoch, whose model is kept, by dataset; in mm-PT it is the same for all datasets."""
        if self.config.is_multi_domain:
            best = _epoch_of_lowest(self.mean_curve("val", "loss", self.config.select_by))
            return {} if best is None else dict.fromkeys(self.datasets, best)
        found = {name: _epoch_of_lowest(self.curve(name, "val", "loss")) for name in self.datasets}
        return {name: best for name, best in found.items() if best is not None}

    def at_best(self, what: str) -> dict[str, float | None]:
        """Return the values of the best epoch on the validation splits, by dataset."""
        best = self.best_epochs()
        return {
            row.dataset: row.values[what]
            for row in self.rows
            if row.split == "val" and best.get(row.dataset) == row.epoch
        }


def _epoch_of_lowest(curve: Sequence[tuple[int, float | None]]) -> int | None:
    there = [(value, epoch) for epoch, value in curve if value is not None]
    return min(there)[1] if there else None


def title(config: TrainingConfig) -> str:
    """Return the title of a training, for example "mm-PT ResNet-18, weighted loss, 28 px"."""
    about = ARCHITECTURE_BY_NAME.get(config.architecture)
    parts = [f"{config.scheme_title} {about.title if about else config.architecture}"]
    if config.weighted_loss:
        parts.append("weighted loss")
    return ", ".join([*parts, f"{config.resolution} px"])


def read_history(folder: Path) -> History:
    """Read the epochs of the run in a folder, or of the runs in its subfolders. Raises `HistoryError`."""
    if not folder.is_dir():
        kind = "is a file" if folder.exists() else "is not there"
        raise HistoryError(f"{folder} {kind}: give the output folder of a train_baseline run.")
    parts = run_folders(folder)
    if not parts:
        raise HistoryError(f"{folder} holds no run: give the output folder of train_baseline.")
    config = read_config(parts[0])
    if not config.has_epochs:
        raise HistoryError(
            f"{folder} is a run of {config.scheme_title}, which trains nothing: it has no epochs."
        )
    if parts != [folder]:
        config = replace(config, dataset=None)
    rows = [row for one in parts for row in read_rows(one)]
    if not rows:
        raise HistoryError(f"{folder} has no metrics yet: its first epoch is not finished.")
    return History(folder.resolve().name, config, rows)


def run_folders(folder: Path) -> list[Path]:
    """Return the folder itself if a run was started in it, otherwise its run folders in the order of their start."""
    if (folder / runs.CONFIG_FILE).exists():
        return [folder]
    configs = sorted(folder.glob(f"*/{runs.CONFIG_FILE}"), key=_started)
    return [path.parent for path in configs]


def _started(config: Path) -> float:
    return config.stat().st_mtime


def read_config(folder: Path) -> TrainingConfig:
    """Read the configuration of a run. Raises `HistoryError`."""
    try:
        return runs.read_config(folder)
    except runs.OutputError as error:
        raise HistoryError(str(error)) from error


def read_rows(folder: Path) -> list[Row]:
    """Read the metrics of one run on each dataset; empty if there are none yet.

    Rows of averages are left out. Raises `HistoryError` if the file is damaged.
    """
    path = folder / METRICS_FILE
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [_row(line) for line in csv.DictReader(file) if line["dataset"] != AVERAGE]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryError(f"{path} cannot be read: {error!r}.") from error


def _row(line: Mapping[str, str]) -> Row:
    return Row(
        int(line["epoch"]),
        line["dataset"],
        line["split"],
        int(line["batches"]),
        {what: float(line[what]) if line[what] else None for what in ("loss", *METRICS)},
    )
