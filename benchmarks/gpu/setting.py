"""Setting of the GPU benchmark: device, networks and data."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from baselines.mmpt.data import sampler
from baselines.mmpt.data.images import Batch, Source
from baselines.mmpt.data.splits import DatasetImages, benchmark_of
from baselines.mmpt.data.synthetic import make_collection, split_sizes
from baselines.mmpt.data.synthetic_images import DOMAINS
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import make_repeatable, use_tf32
from baselines.mmpt.training.learner import Learner, build_model, make_learner, preprocess_for
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task


def few() -> Benchmark:
    """Return the datasets of short trainings: one of each task."""
    names = ("chestmnist", "retinamnist", "breastmnist", "bloodmnist")
    return replace(MEDMNIST_PLUS, datasets=tuple(MEDMNIST_PLUS[name] for name in names))


@dataclass(frozen=True)
class Setting:
    """Device and size of the measurements.

    Attributes:
        device: the device to measure.
        tiny: use tiny networks and data, to try the benchmark itself.
        folder: folder of temporary files.

    """

    device: torch.device
    tiny: bool
    folder: Path

    @property
    def cnn(self) -> str:
        """Name of the network with BatchNorm."""
        return "test_resnet" if self.tiny else "resnet18"

    @property
    def vit(self) -> str:
        """Name of the vision transformer."""
        return "test_vit" if self.tiny else "vit_base_patch16_224"

    def config(self, architecture: str, **changes: object) -> TrainingConfig:
        """Return the configuration of mm-PT of an architecture from random weights."""
        config = TrainingConfig(
            scheme="mm-pt",
            architecture=architecture,
            resolution=28,
            epochs=2,
            batch_size=16 if self.tiny else 64,
            input_size=32 if self.tiny else 224,
            pretrained=False,
            device=str(self.device),
        )
        return replace(config, **changes)  # type: ignore[arg-type]

    def collection(self) -> tuple[Path, Benchmark]:
        """Return a folder of synthetic files of a few datasets, and their benchmark."""
        folder = self.folder / "collection"
        if not folder.exists():
            make_collection(folder, scale=0.002 if self.tiny else 0.02, benchmark=few())
        return folder, benchmark_of(folder, 28, few())

    def synchronize(self) -> None:
        """Wait until the device is done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


@dataclass(frozen=True)
class Case:
    """A training to measure: network, images, and the batches of an epoch."""

    learner: Learner
    sources: dict[str, Source]
    batches: list[Batch]


def make_case(setting: Setting, config: TrainingConfig, data: list[DatasetImages], *, resident: bool) -> Case:
    """Make a network with random weights, and the batches of an epoch with images on the device or on the host."""
    if setting.device.type == "cuda":
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(setting.device)
    make_repeatable(config.seed, deterministic=config.deterministic)
    use_tf32(config.tf32)
    model = build_model(config, tuple(each.dataset for each in data)).to(setting.device)
    prepare = preprocess_for(config, model, setting.device)
    sources = {
        each.dataset.name: Source.of(each, setting.device, prepare, resident=resident) for each in data
    }
    sizes = {name: len(source) for name, source in sources.items()}
    order = sampler.batches(sizes, config.batch_size, np.random.default_rng(0))
    batches: list[Batch] = [{name: indices} for name, indices in order]
    return Case(make_learner(config, model, sources), sources, batches)


def random_training_splits(scale: float) -> list[DatasetImages]:
    """Make random images of all datasets at 28 pixels; at a scale of 1 as many as the official training splits."""
    return [random_images(dataset, split_sizes(dataset, scale)["train"], 28) for dataset in MEDMNIST_PLUS]


def random_images(dataset: Dataset, n_images: int, resolution: int) -> DatasetImages:
    """Make random images and labels of a dataset."""
    rng = np.random.default_rng(0)
    channels = (3,) if len(DOMAINS[dataset.name][0]) == 3 else ()
    images = np.frombuffer(rng.bytes(n_images * resolution**2 * (3 if channels else 1)), np.uint8)
    return DatasetImages(
        dataset,
        images.reshape(n_images, resolution, resolution, *channels),
        _random_labels(dataset, n_images, rng),
    )


def _random_labels(dataset: Dataset, n_images: int, rng: np.random.Generator) -> np.ndarray:
    if dataset.task is Task.MULTILABEL:
        return rng.integers(0, 2, (n_images, dataset.n_classes)).astype(np.float32)
    return rng.integers(0, dataset.n_classes, n_images)


def full_batches(case: Case, batch_size: int) -> Iterator[Batch]:
    """Yield the batches of a case that are full."""
    return (batch for batch in case.batches if sum(map(len, batch.values())) == batch_size)
