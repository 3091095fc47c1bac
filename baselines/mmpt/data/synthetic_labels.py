"""Labels of synthetic datasets, with the official proportions of the classes.

At a scale of 1 the numbers are exact where the official numbers could be verified (`class_counts`). The validation and
test splits of ChestMNIST have the label frequencies of its training split. The proportions of TissueMNIST and the three
OrganMNISTs are made up and decrease from the first class to the last.
"""

import zlib

import numpy as np

from baselines.mmpt.data.splits import SPLITS
from challenge.content.datasets import ABOUT_DATASETS
from challenge.medmnist.class_counts import CLASS_COUNTS
from challenge.scoring.benchmark import Dataset, Task

#: Minimum number of images of each class in each split; for a multi-label dataset, with and without each label.
FEWEST = 2

#: Ratio of the numbers of images of a class and the class before it, where the official numbers are unknown.
SKEW = 0.7


def make_labels(dataset: Dataset, n_images: int, seed: int = 0, split: int = 0) -> np.ndarray:
    """Return labels in the format of the files: uint8, (n, 1), or (n, n_classes) if multi-label."""
    bits = np.random.PCG64(np.random.SeedSequence(key_of(dataset, seed, split)))
    counts = counts_of(dataset, n_images, split)
    if dataset.task is Task.MULTILABEL:
        columns = [np.arange(n_images) < count for count in counts]
        return np.stack([_shuffled(column, bits) for column in columns], axis=1).astype(np.uint8)
    return _shuffled(np.repeat(np.arange(dataset.n_classes), counts), bits).astype(np.uint8)[:, None]


def counts_of(dataset: Dataset, n_images: int, split: int = 0) -> np.ndarray:
    """Return the number of images of each class, or of each label if multi-label, in the official proportions.

    Each class gets at least `FEWEST` images; each label is present in, and absent from, at least `FEWEST` images.
    Remainders are assigned by the largest-remainder method.
    """
    official = CLASS_COUNTS.get(dataset.name, {})
    # a split without official numbers, such as the calibration split, follows the training split
    shares = official.get(SPLITS[split] if split < len(SPLITS) else "train", official.get("train"))
    if dataset.task is Task.MULTILABEL:
        shares_of_all = np.array(shares) / ABOUT_DATASETS[dataset.name].n_train
        return np.clip(np.rint(n_images * shares_of_all).astype(int), FEWEST, n_images - FEWEST)
    weights = SKEW ** np.arange(dataset.n_classes) if shares is None else np.array(shares)
    exact = n_images * weights / weights.sum()
    counts = np.maximum(np.floor(exact).astype(int), FEWEST)
    while counts.sum() < n_images:
        counts[np.argmax(exact - counts)] += 1
    while counts.sum() > n_images:
        counts[np.argmax(np.where(counts > FEWEST, counts - exact, -np.inf))] -= 1
    return counts


def key_of(dataset: Dataset, seed: int, *numbers: int) -> list[int]:
    """Return the seed of a dataset's random numbers; it does not depend on the other datasets."""
    return [seed, zlib.crc32(dataset.name.encode()), *numbers]


def _shuffled(values: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
    """Shuffle with raw bits, because numpy guarantees their stream."""
    return values[np.argsort(bits.random_raw(len(values)), kind="stable")]
