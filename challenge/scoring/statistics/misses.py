"""Effect of one missed image on each metric, which keeps intervals from being too narrow.

Resamples contain no kind of mistake that the test images do not show. If a model makes no mistake in a small class, its
replicates do not vary at all, but one more image might have been missed. `intervals.score_interval` therefore counts
one further missed image in each class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from ..metrics.ranked import RANKED

#: Share of the images of other classes that a missed image falls behind, with two classes and with more. With two
#: classes it lies in the middle of the other class. With more it is confused with one of them, and behind few images of
#: the others. The second share is calibrated by simulation: docs/statistics.md.
_FALLS_BEHIND = 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Misses:
    """Losses of each metric if one image of each class is missed: arrays (..., n_metrics), in the order of `METRICS`.

    `total` is the sum over the classes. `squares` is the sum of squares, with the mean loss for each class: otherwise
    the smallest class would decide alone.
    """

    total: np.ndarray
    squares: np.ndarray

    def __getitem__(self, place: int) -> "Misses":
        """Return the losses on one dataset."""
        return Misses(self.total[place], self.squares[place])

    def mean(self) -> "Misses":
        """Return the losses of the mean over the first axis, the datasets."""
        return self.weighted([1] * len(self.total))

    def weighted(self, weights: Sequence[int]) -> "Misses":
        """Return the losses of a weighted mean over the first axis, the datasets."""
        shares = np.array(weights) / sum(weights)
        return Misses(shares @ self.total, shares**2 @ self.squares)


def misses(class_counts: Mapping[str, Sequence[int]], benchmark: Benchmark) -> Misses:
    """Return the losses on each dataset, (n_datasets, n_metrics), from `ground_truth.count_classes`."""
    losses = [_losses(class_counts[dataset.name], dataset) for dataset in benchmark]
    total = np.array([one.sum(axis=0) for one in losses])
    return Misses(total, total**2 / np.array([[len(one)] for one in losses]))


def _losses(counts: Sequence[int], dataset: Dataset) -> np.ndarray:
    """Return the losses (..., n_metrics) for each class; for both classes of each label, if multi-label."""
    if dataset.task is not Task.MULTILABEL:
        return _losses_of_task(counts)
    of_labels = [_losses_of_task([dataset.n_test - n, n]) for n in counts]
    return np.concatenate(of_labels) / len(counts)


def _losses_of_task(counts: Sequence[int]) -> np.ndarray:
    """Return the losses of perfect predictions, (n_classes, n_metrics), if one image of each class is missed."""
    n_classes = len(counts)
    of_two, of_more = _FALLS_BEHIND
    falls_behind = of_two if n_classes == 2 else of_more / n_classes  # of more: the mean over the classes
    losses = np.empty((n_classes, len(RANKED)))
    for c in range(n_classes):
        confusion = np.diag(counts)
        others = [n if k != c else -1 for k, n in enumerate(counts)]
        confusion[c, c] -= 1
        confusion[c, np.argmax(others)] += 1
        losses[c] = [
            1 - metric.of_confusion(confusion) if metric.of_confusion else falls_behind / counts[c]
            for metric in RANKED.values()
        ]
    return losses
