"""Training speed of mm-PT, compared with its network alone and with a plain loop with torchvision.

    python -m benchmarks.training

The benchmark trains a ResNet-18 on random images of a colour and a grey dataset, on the available device. It measures
four loops in turns, and reports the best of several rounds:

    epoch    the whole loop of `train_baseline`: batches, steps, losses and metrics of an epoch
    replay   the same step, repeated with one batch in memory: the speed of the network alone
    plain    PIL transforms of each image in DataLoader workers, scikit-learn metrics of each batch
    batches  making the batches without training on them

On a CPU, one thread computes, and CPU times are compared, so that other work on the machine does not matter. Images are
not padded there, so that steps are as short as possible. On a GPU, images are padded to 224 pixels, and bf16 with a
compiled network is measured, too.
"""

import argparse
import os
import platform
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from baselines.mmpt.data import sampler
from baselines.mmpt.data.images import Batch, Source, stream
from baselines.mmpt.data.splits import DatasetImages
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import choose_device, make_repeatable
from baselines.mmpt.training.epoch import train_epoch
from baselines.mmpt.training.learner import Learner, build_model, make_learner, preprocess_for, step
from baselines.mmpt.training.log import Progress
from benchmarks.plain_training import PlainTraining
from challenge.scoring.benchmark import MEDMNIST_PLUS

BATCH_SIZE = 64
RESOLUTIONS = (28, 224)
DATASETS = (MEDMNIST_PLUS["pathmnist"], MEDMNIST_PLUS["tissuemnist"])
#: Batches of an epoch by resolution, and number of rounds; on a CPU, a step at 224 pixels takes many seconds.
STEPS_ON_CPU, STEPS_ON_GPU = {28: 24, 224: 2}, {28: 200, 224: 200}
ROUNDS = 3
#: Minimum share of the replay's speed, and maximum share of a step spent on making its batch.
TARGET_EPOCH, TARGET_BATCHES = 0.9, 0.05


@dataclass(frozen=True, slots=True)
class Speed:
    """Images per second of wall time and of CPU time."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Case:
    """A case to measure: network, data, and batches."""

    config: TrainingConfig
    device: torch.device
    data: list[DatasetImages]
    learner: Learner
    sources: dict[str, Source]
    batches: list[Batch]

    @property
    def n_images(self) -> int:
        """Number of images of an epoch."""
        return sum(map(len, self.data))


def main() -> None:
    """Measure all cases, and print the results and the verdicts on the targets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--resolutions", type=int, nargs="+", choices=RESOLUTIONS, default=RESOLUTIONS)
    parser.add_argument("--device", default="auto", help="default: a GPU if there is one")
    parser.add_argument(
        "--workers", type=int, default=min(8, os.cpu_count() or 1), help="workers of the plain loop"
    )
    arguments = parser.parse_args()
    device = choose_device(arguments.device)
    on_gpu = device.type == "cuda"
    if not on_gpu:
        torch.set_num_threads(1)
    name = torch.cuda.get_device_name(device) if on_gpu else f"{platform.machine()}, one thread"
    print(f"{name}; torch {torch.__version__}; ResNet-18, batches of {BATCH_SIZE}; best of {ROUNDS} rounds\n")
    print(f"{'':34} {'images/s':>10} {'per s of CPU':>14}")
    verdicts = []
    for resolution in arguments.resolutions:
        for precision, compiled in (("fp32", False), ("bf16", True))[: 2 if on_gpu else 1]:
            case = make_case(resolution, device, precision, compiled)
            title = f"{resolution} px, {precision}{', compiled' if compiled else ''}"
            verdicts += report(title, case, arguments.workers)
    print("\n" + "\n".join(verdicts))


def make_case(resolution: int, device: torch.device, precision: str, compiled: bool) -> Case:
    """Make random images, a network, and the batches of an epoch."""
    on_gpu = device.type == "cuda"
    config = TrainingConfig(
        scheme="mm-pt",
        architecture="resnet18",
        resolution=resolution,
        batch_size=BATCH_SIZE,
        input_size=224 if on_gpu else resolution,
        pretrained=False,
        precision=precision,
        compile=compiled,
    )
    make_repeatable(config.seed, deterministic=False)
    steps = (STEPS_ON_GPU if on_gpu else STEPS_ON_CPU)[resolution]
    data = list(_random_data(resolution, steps * BATCH_SIZE // len(DATASETS)))
    model = build_model(config, DATASETS).to(device)
    prepare = preprocess_for(config, model, device)
    sources = {
        each.dataset.name: Source.of(each, device, prepare, resident=device.type == "cuda") for each in data
    }
    sizes = {name: len(source) for name, source in sources.items()}
    order = sampler.batches(sizes, BATCH_SIZE, np.random.default_rng(0))
    batches: list[Batch] = [{name: indices} for name, indices in order]
    return Case(config, device, data, make_learner(config, model, sources), sources, batches)


def _random_data(resolution: int, n_images: int) -> Iterator[DatasetImages]:
    rng = np.random.default_rng(0)
    for dataset, channels in zip(DATASETS, ((3,), ()), strict=True):
        images = rng.integers(0, 256, (n_images, resolution, resolution, *channels), np.uint8)
        yield DatasetImages(dataset, images, np.arange(n_images) % dataset.n_classes)


def report(title: str, case: Case, workers: int) -> list[str]:
    """Measure one case and print its lines; return the verdicts."""
    batch = next(iter(stream(case.sources, case.batches)))
    plain = PlainTraining(case.data, case.config, case.device, workers)
    loops: dict[str, Callable[[], object]] = {
        "epoch": lambda: train_epoch(
            case.learner, case.sources, case.batches, Progress(lambda line: None, 1, 1, len(case.batches))
        ),
        "replay": lambda: [step(case.learner, batch) for _ in case.batches],
        "plain": plain.epoch,
        "batches": lambda: [None for _ in stream(case.sources, case.batches)],
    }
    step(case.learner, batch)  # warms up, and compiles
    speeds = {name: Speed(0, 0) for name in loops}
    for _ in range(ROUNDS):
        for name, loop in loops.items():
            found = measure(loop, case)
            best = speeds[name]
            speeds[name] = Speed(max(best.wall, found.wall), max(best.cpu, found.cpu))
    for name, speed in speeds.items():
        print(f"{title + ', ' + name:34} {speed.wall:10,.0f} {speed.cpu:14,.0f}")
    compared = {
        name: speed.wall if case.device.type == "cuda" else speed.cpu for name, speed in speeds.items()
    }
    print(f"{'':34} epoch {compared['epoch'] / compared['plain']:.1f} x as fast as plain\n")
    verdicts = [at_least(f"{title}: epoch / replay", compared["epoch"] / compared["replay"], TARGET_EPOCH)]
    if case.device.type != "cuda":
        share = compared["replay"] / compared["batches"]
        verdicts.append(at_most(f"{title}: batches / step", share, TARGET_BATCHES))
    return verdicts


def measure(loop: Callable[[], object], case: Case) -> Speed:
    """Run a loop over all images once, and wait until the device is done."""
    cpu, wall = _cpu_seconds(), time.perf_counter()
    loop()
    if case.device.type == "cuda":
        torch.cuda.synchronize(case.device)
    return Speed(case.n_images / (time.perf_counter() - wall), case.n_images / (_cpu_seconds() - cpu))


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of ended workers."""
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + workers.ru_utime + workers.ru_stime


def at_least(what: str, found: float, target: float) -> str:
    """Return a line that says if a minimum is reached."""
    return f"{'holds' if found >= target else 'DOES NOT HOLD':14} {what} {found:.1%} (target: at least {target:.0%})"


def at_most(what: str, found: float, target: float) -> str:
    """Return a line that says if a maximum is kept."""
    return f"{'holds' if found <= target else 'DOES NOT HOLD':14} {what} {found:.2%} (target: at most {target:.0%})"


if __name__ == "__main__":
    main()
