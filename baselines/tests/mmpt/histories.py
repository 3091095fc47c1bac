"""Folders of runs as training writes them, with invented metrics."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from baselines.mmpt.training import runs
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.history import COLUMNS
from baselines.mmpt.training.runs import METRICS_FILE


def make_run(folder: Path, rows: Iterable[tuple] = (), **changes) -> Path:
    """Make a run; `rows` are epoch, dataset, split, batches, loss and AUC (the other metrics are blank)."""
    asked: dict[str, Any] = {"scheme": "mm-pt", "architecture": "resnet18", "resolution": 28} | changes
    runs.write_config(folder, TrainingConfig(**asked))
    if rows := list(rows):
        with (folder / METRICS_FILE).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows((*row, "", "", "") for row in rows)
    return folder


#: Two datasets and epochs; pathmnist has 3 batches for training and 2 for validation, breastmnist has 1 of each.
ROWS = [
    (1, "pathmnist", "train", 3, 2.0, 0.5),
    (1, "breastmnist", "train", 1, 1.0, 0.6),
    (1, "pathmnist", "val", 2, 1.5, 0.55),
    (1, "breastmnist", "val", 1, 0.9, 0.65),
    (2, "pathmnist", "train", 3, 1.0, 0.7),
    (2, "breastmnist", "train", 1, 0.8, 0.8),
    (2, "pathmnist", "val", 2, 1.6, 0.75),
    (2, "breastmnist", "val", 1, 0.3, 0.85),
]
