"""Synthetic labels and predictions for demos and tests without the real labels.

They share only the sizes and the numbers of classes with MedMNIST.
"""

import numpy as np

from .benchmark import Benchmark, Dataset, Task
from .ground_truth import GroundTruth

#: Class imbalance: each class gets 7 images for every 10 of the class before it.
_SKEW = (7, 10)

#: Prevalence of the most and the least frequent label of a multi-label dataset.
_PREVALENCES = (0.18, 0.002)


def make_demo_ground_truth(benchmark: Benchmark, *, seed: int = 0) -> GroundTruth:
    """Return labels in which every class occurs, with decreasing frequency from the first class to the last.

    The same seed gives the same labels on any machine: only the raw bits of PCG64 are used, and NumPy guarantees that
    stream. Each dataset needs at least two test images, and at least one per class.
    """
    bits = np.random.PCG64(seed)
    return GroundTruth({dataset.name: _demo_labels(dataset, bits) for dataset in benchmark})


def make_demo_predictions(
    ground_truth: GroundTruth, benchmark: Benchmark, *, skill: float, seed: int
) -> dict[str, np.ndarray]:
    """Return noisy probabilities based on the labels: float32, (n_test, n_classes) per dataset.

    `skill` is the distance between the logits of true and false classes, in standard deviations of the noise: 0 is
    chance, 1 mediocre, 3 very good. It varies by up to a third between datasets, as for real models. Rows sum to 1,
    except in multi-label datasets: there, values for rare labels are low, as for a model that was trained on them.
    """
    rng = np.random.default_rng(seed)
    predictions = {}
    for dataset in benchmark:
        labels = ground_truth.labels[dataset.name]
        distance = skill * rng.uniform(2 / 3, 4 / 3)
        noise = rng.standard_normal((dataset.n_test, dataset.n_classes))
        if dataset.task is Task.MULTILABEL:
            prevalence = labels.mean(axis=0)
            log_odds = np.log(prevalence / (1 - prevalence))
            probabilities = 1 / (1 + np.exp(-(noise + distance * (labels - 0.5) + log_odds)))
        else:
            odds = np.exp(noise + distance * np.eye(dataset.n_classes)[labels])
            probabilities = odds / odds.sum(axis=1, keepdims=True)
        predictions[dataset.name] = probabilities.astype(np.float32)
    return predictions


def _demo_labels(dataset: Dataset, bits: np.random.PCG64) -> np.ndarray:
    if dataset.task is Task.MULTILABEL:
        prevalences = np.geomspace(*_PREVALENCES, dataset.n_classes)
        counts = np.clip(np.rint(dataset.n_test * prevalences).astype(int), 1, dataset.n_test - 1)
        columns = [np.arange(dataset.n_test) < count for count in counts]
        return np.stack([_shuffled(column, bits) for column in columns], axis=1).astype(np.uint8)
    return _shuffled(np.repeat(np.arange(dataset.n_classes), _class_counts(dataset)), bits).astype(np.uint8)


def _class_counts(dataset: Dataset) -> list[int]:
    """Return the class sizes: one image each, the rest by weight; the rounding remainder goes to the first class."""
    less, more = _SKEW
    weights = [less**k * more ** (dataset.n_classes - 1 - k) for k in range(dataset.n_classes)]
    to_share = dataset.n_test - dataset.n_classes
    counts = [1 + to_share * weight // sum(weights) for weight in weights]
    counts[0] += dataset.n_test - sum(counts)
    return counts


def _shuffled(values: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
    order = np.argsort(bits.random_raw(len(values)), kind="stable")
    return values[order]
