"""Images per second of the training loop, compared with its step repeated on one batch in memory, and peak memory."""

import time
from collections.abc import Callable

import torch

from baselines.mmpt.data.images import Batch, stream
from baselines.mmpt.data.splits import DatasetImages
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.epoch import train_epoch
from baselines.mmpt.training.learner import step
from baselines.mmpt.training.log import Progress
from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Case, Setting, full_batches, make_case, random_training_splits

#: Settings of precision by title, the most interesting first.
MODES: dict[str, dict[str, object]] = {
    "bf16": {"precision": "bf16"},
    "bf16, compiled": {"precision": "bf16", "compile": True},
    "fp32": {},
    "fp32 with TF32": {"tf32": True},
}
#: Seconds of a measured epoch, seconds left that a mode needs to start, and steps that find the time of a step.
SECONDS, NEEDED, TRIAL = 4.0, 60.0, 20


def measure(setting: Setting, report: Report) -> None:
    """Measure each network in each mode, on images of the official sizes at 28 pixels."""
    data = random_training_splits(0.001 if setting.tiny else 1)
    for title, changes in MODES.items():
        for architecture in (setting.cnn, setting.vit):
            if setting.tiny and changes.get("compile"):
                continue
            if report.seconds_left() < (0 if setting.tiny else NEEDED):
                report.add(network=architecture, mode=title, note="not measured: no time left")
                continue
            config = setting.config(architecture, **changes)
            report.attempt(
                f"speed, {architecture}, {title}", _measure_mode, setting, report, title, config, data
            )


def _measure_mode(
    setting: Setting, report: Report, title: str, config: TrainingConfig, data: list[DatasetImages]
) -> None:
    case = make_case(setting, config, data, resident=True)
    report.add(network=config.architecture, mode=title, **compare(setting, config, case))


def compare(setting: Setting, config: TrainingConfig, case: Case) -> dict[str, float]:
    """Return images per second of the loop and of the repeated step, their ratio, and the peak of memory in GB."""
    on_gpu = setting.device.type == "cuda"
    start = time.monotonic()
    one = next(full_batches(case, config.batch_size))
    batch = next(iter(stream(case.sources, [one])))
    for _ in range(3):
        step(case.learner, batch)
    setting.synchronize()
    warm_up = time.monotonic() - start
    seconds = timed(setting, lambda: [step(case.learner, batch) for _ in range(TRIAL)]) / TRIAL
    n_steps = 3 if setting.tiny else min(len(case.batches), max(TRIAL, round(SECONDS / seconds)))
    batches = case.batches[:n_steps]
    n_images = sum(len(indices) for each in batches for indices in each.values())

    def replay() -> object:
        return [step(case.learner, batch) for _ in range(n_steps)]

    before = timed(setting, replay)
    epoch = timed(setting, lambda: run_epoch(case, batches))
    after = timed(setting, replay)
    replayed = n_steps * config.batch_size / min(before, after)
    return {
        "steps": n_steps,
        "loop_images_per_s": n_images / epoch,
        "step_images_per_s": replayed,
        "ratio": n_images / epoch / replayed,
        "step_twice_differs_by": abs(before - after) / min(before, after),
        "warm_up_s": warm_up,
        "peak_allocated_gb": torch.cuda.max_memory_allocated(setting.device) / 1e9 if on_gpu else 0.0,
        "peak_reserved_gb": torch.cuda.max_memory_reserved(setting.device) / 1e9 if on_gpu else 0.0,
    }


def run_epoch(case: Case, batches: list[Batch]) -> object:
    """Train on some batches with the loop of `train_baseline`."""
    sources = {name: case.sources[name] for batch in batches for name in batch}
    return train_epoch(case.learner, sources, batches, Progress(lambda line: None, 1, 1, len(batches)))


def timed(setting: Setting, work: Callable[[], object]) -> float:
    """Return the seconds until the device has done some work."""
    setting.synchronize()
    start = time.perf_counter()
    work()
    setting.synchronize()
    return time.perf_counter() - start
