"""Short trainings of the other schemes and options, from files to predictions."""

import math
import time

import numpy as np

from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.inference import predict_datasets
from baselines.mmpt.training.train import train
from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Setting

#: Options of each training by its title.
OPTIONS: dict[str, dict[str, object]] = {
    "mixed batches": {"mixed_batches": True, "batch_norm": "shared"},
    "weighted loss, CORN": {"weighted_loss": True, "ordinal_loss": True},
    "CORN, deterministic": {"ordinal_loss": True, "deterministic": True},
    "images on the host": {"images_on": "host"},
    "bf16, compiled": {"precision": "bf16", "compile": True},
    "end-to-end": {"scheme": "end-to-end", "dataset": "breastmnist"},
    "linear probing": {"scheme": "linear-probing", "dataset": "bloodmnist"},
    "k-NN": {"scheme": "knn", "dataset": "bloodmnist"},
}


def measure(setting: Setting, report: Report) -> None:
    """Do each training, and predict a test split."""
    for title, changes in OPTIONS.items():
        if not (setting.tiny and changes.get("compile")):
            report.attempt(f"scheme, {title}", _try, setting, report, title, changes)


def _try(setting: Setting, report: Report, title: str, changes: dict[str, object]) -> None:
    folder, benchmark = setting.collection()
    config = setting.config(setting.cnn, **changes)
    lines: list[str] = []
    start = time.monotonic()
    best = train(config, folder, setting.folder / title, benchmark=benchmark, write=lines.append)
    seconds = time.monotonic() - start
    datasets = config.datasets(benchmark)
    *_, (_, values) = predict_datasets(checkpoints.load(best), datasets, folder, setting.device, 64)
    report.add(
        training=title,
        seconds=seconds,
        valid_probabilities=bool(
            np.isfinite(values).all() and math.isclose(values.sum(), len(values), rel_tol=1e-3)
        ),
        images=next((line for line in lines if "GB of images" in line), "read in place"),
    )
