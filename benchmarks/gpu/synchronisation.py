"""Number of times that a step makes the host wait for the device, and the cost of batches of other sizes."""

import warnings
from collections import Counter
from dataclasses import replace

import torch
from torch.profiler import ProfilerActivity, profile

from baselines.mmpt.data.images import stream
from baselines.mmpt.training.learner import step
from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Case, Setting, full_batches, make_case, random_training_splits
from benchmarks.gpu.speed import run_epoch, timed

#: Numbers of steps; the difference of both counts leaves out the beginning and the end of an epoch.
FEW, MANY = 10, 30
#: Names of the calls of CUDA that wait.
WAITING = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize")


def measure(setting: Setting, report: Report) -> None:
    """Count for images on the device and on the host; then time batches of other sizes."""
    data = random_training_splits(0.005 if setting.tiny else 0.1)
    for resident in (True, False):
        title = "on the device" if resident else "on the host"
        case = make_case(setting, setting.config(setting.cnn, precision="bf16"), data, resident=resident)
        run_epoch(case, case.batches[:FEW])
        report.attempt(f"warnings, {title}", _count_warnings, setting, report, title, case)
        report.attempt(f"profiler, {title}", _count_calls, setting, report, title, case)
    report.attempt("other sizes", _other_sizes, setting, report, case)


def _count_warnings(setting: Setting, report: Report, title: str, case: Case) -> None:
    """Count torch's own warnings about synchronising calls."""
    found: list[Counter[str]] = []
    for n_steps in (FEW, MANY):
        if setting.device.type == "cuda":
            torch.cuda.set_sync_debug_mode("warn")
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                run_epoch(case, case.batches[:n_steps])
        finally:
            if setting.device.type == "cuda":
                torch.cuda.set_sync_debug_mode("default")
        found.append(Counter(f"{each.filename.rpartition('/')[2]}:{each.lineno}" for each in caught))
    _add_counts(report, title, "sync_debug_mode", *found)


def _count_calls(setting: Setting, report: Report, title: str, case: Case) -> None:
    """Count calls of CUDA that wait, with the profiler."""
    activities = [ProfilerActivity.CPU]
    activities += [ProfilerActivity.CUDA] if setting.device.type == "cuda" else []
    found: list[Counter[str]] = []
    for n_steps in (FEW, MANY):
        with profile(activities=activities) as profiler:
            run_epoch(case, case.batches[:n_steps])
        counted = {each.key: each.count for each in profiler.key_averages() if each.key in WAITING}
        found.append(Counter(counted))
    _add_counts(report, title, "profiler", *found)


def _add_counts(
    report: Report, title: str, measured_with: str, few: Counter[str], many: Counter[str]
) -> None:
    """Add the waits of a step, from those of `FEW` and of `MANY` steps; the five most frequent are named."""
    more = many - few
    report.add(
        images=title,
        measured_with=measured_with,
        per_step=sum(more.values()) / (MANY - FEW),
        per_epoch=sum(few.values()),
        where=", ".join(f"{name} x {count}" for name, count in more.most_common(5)),
    )


def _other_sizes(setting: Setting, report: Report, case: Case) -> None:
    """Time the first step of batches of new sizes, as they are trained, and with cuDNN's tuning for every size."""
    batch_size = case.learner.full_batch
    one = next(full_batches(case, batch_size))
    for title, full_batch in (("as trained", batch_size), ("tuned for every size", None)):
        seconds = []
        for smaller in range(1, 5):
            n_images = batch_size - smaller - (0 if full_batch else 5)  # sizes that were not tuned before
            part = {name: indices[:n_images] for name, indices in one.items()}
            inputs = next(iter(stream(case.sources, [part])))
            learner = replace(case.learner, full_batch=full_batch or n_images)
            seconds.append(timed(setting, lambda learner=learner, inputs=inputs: step(learner, inputs)))  # type: ignore[misc]
        report.add(
            images="batch of a new size", measured_with=title, first_step_s=sum(seconds) / len(seconds)
        )
