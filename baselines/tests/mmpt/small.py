"""A training of one second: a tiny network on four datasets of a few images, one of each task."""

from dataclasses import replace
from pathlib import Path

from baselines.mmpt.data import splits, synthetic
from baselines.mmpt.training.config import TrainingConfig
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

NAMES = ("chestmnist", "retinamnist", "breastmnist", "bloodmnist")
FOUR = replace(MEDMNIST_PLUS, name="Four", datasets=tuple(MEDMNIST_PLUS[name] for name in NAMES))


def make_collection(folder: Path) -> Benchmark:
    """Write the images, and return the benchmark with their number of test images."""
    synthetic.make_collection(folder, scale=0.002, benchmark=FOUR)
    return splits.benchmark_of(folder, 28, FOUR)


def small_config(**changes) -> TrainingConfig:
    """Return mm-PT of a small ResNet for two epochs, from scratch."""
    return replace(
        TrainingConfig(
            scheme="mm-pt",
            architecture="test_resnet",
            resolution=28,
            input_size=32,
            epochs=2,
            batch_size=16,
            learning_rate=1e-3,
            pretrained=False,
            device="cpu",
            deterministic=True,
        ),
        **changes,
    )
