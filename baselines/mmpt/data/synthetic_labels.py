"""Labels of synthetic datasets, shared out among the classes as the official ones are.

That holds to the image at a scale of 1, where the official numbers could be verified (`class_counts`). The validation
and test splits of ChestMNIST have each label as often as its training split. The shares of TissueMNIST and the three
OrganMNISTs are made up: fewer and fewer from the first class to the last.
"""

import zlib

import numpy as np

from baselines.mmpt.data.class_counts import CLASS_COUNTS
from baselines.mmpt.data.splits import SPLITS
from challenge.content.datasets import ABOUT_DATASETS
from challenge.scoring.benchmark import Dataset, Task

#: Each class has so many images in each split, and so many do not show a label of a multi-label dataset.
FEWEST = 2

#: Where the official shares are not known, each class gets this share of the images that the class before it gets.
SKEW = 0.7


def make_labels(dataset: Dataset, n_images: int, seed: int = 0, split: int = 0) -> np.ndarray:
    """Return labels as the files hold them: uint8, (n, 1), or (n, n_classes) if multi-label."""
    bits = np.random.PCG64(np.random.SeedSequence(key_of(dataset, seed, split)))
    counts = counts_of(dataset, n_images, split)
    if dataset.task is Task.MULTILABEL:
        columns = [np.arange(n_images) < count for count in counts]
        return np.stack([_shuffled(column, bits) for column in columns], axis=1).astype(np.uint8)
    return _shuffled(np.repeat(np.arange(dataset.n_classes), counts), bits).astype(np.uint8)[:, None]


def counts_of(dataset: Dataset, n_images: int, split: int = 0) -> np.ndarray:
    """Return how many of `n_images` get each class, or each label if multi-label: in proportion to the official ones.

    Each class gets `FEWEST` at least, and as many lack a label. What does not divide goes by largest remainders.
    """
    official = CLASS_COUNTS.get(dataset.name, {})
    # a split without numbers of its own, as that of the calibration, follows the training split
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
    """What the random numbers of a dataset come from, whatever other datasets there are."""
    return [seed, zlib.crc32(dataset.name.encode()), *numbers]


def _shuffled(values: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
    """Shuffle by raw bits, whose stream numpy guarantees."""
    return values[np.argsort(bits.random_raw(len(values)), kind="stable")]
