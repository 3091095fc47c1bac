"""A short training from files to checkpoint, and predictions of that checkpoint on the device and on a CPU."""

import math
import time

import numpy as np
import torch

from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.history import read_rows
from baselines.mmpt.training.inference import predict_datasets
from baselines.mmpt.training.train import train
from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Setting


def measure(setting: Setting, report: Report) -> None:
    """Train and compare, in each precision."""
    for precision, tf32 in (("fp32", False), ("fp32", True), ("bf16", False)):
        title = "tf32" if tf32 else precision
        report.attempt(f"results, {title}", _compare, setting, report, title, precision, tf32)


def _compare(setting: Setting, report: Report, title: str, precision: str, tf32: bool) -> None:
    folder, benchmark = setting.collection()
    output = setting.folder / f"results-{title}"
    lines: list[str] = []
    config = setting.config(setting.cnn, precision=precision, tf32=tf32, learning_rate=1e-3)
    start = time.monotonic()
    best = train(config, folder, output, benchmark=benchmark, write=lines.append)
    seconds = time.monotonic() - start
    losses = [row.values["loss"] for row in read_rows(output)]
    checkpoint = checkpoints.load(best)
    datasets = tuple(benchmark)
    found = {
        device.type: dict(predict_datasets(checkpoint, datasets, folder, device, 64))
        for device in (torch.device("cpu"), setting.device)
    }
    report.add(
        training=f"mm-PT {setting.cnn}, {title}",
        seconds=seconds,
        finite=all(loss is not None and math.isfinite(loss) for loss in losses),
        statistics_per_dataset=len(checkpoint.statistics) == len(datasets),
        images=next((line for line in lines if "GB of images" in line), "read in place"),
        max_difference_from_cpu=max(
            float(np.abs(found["cpu"][name] - values).max())
            for name, values in found[setting.device.type].items()
        ),
    )
