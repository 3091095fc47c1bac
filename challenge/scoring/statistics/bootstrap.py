"""Bootstrap replicates of every metric: its values on resampled test images.

The images of a dataset are drawn with replacement, class by class, so that every class keeps its size. A multi-label
dataset has no such classes, so all its images are drawn together (Efron and Tibshirani, 1993). The random numbers
depend only on the dataset, the labels and the number of the replicate. Replicate b of every submission therefore uses
the same images, and replicates of two submissions are paired.

`ordered.py` prepares the predictions. Importing this module imports Numba, which takes 55 MB and half a second: code
that only reads replicates avoids it.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from ..metrics.ranked import RANKED
from . import bootstrap_kernels as kernels
from .intervals import N_REPLICATES
from .ordered import Binary, Ordered, ordered, strata

SEED = 9930641

#: Yields the counts of a dataset's images, as `draws`.
Draws = Callable[[Dataset, np.ndarray, int], Iterator[np.ndarray]]


def bootstrap(
    predictions: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    benchmark: Benchmark,
    n_replicates: int = N_REPLICATES,
) -> np.ndarray:
    """Return the metrics of each replicate, (n_datasets, n_metrics, n_replicates), in the order of `METRICS`.

    Their mean over the datasets gives the replicates of the average. `predictions` and `labels` are as for
    `evaluator.evaluate`.
    """
    return np.stack(
        [bootstrap_dataset(ordered(labels[d.name], predictions[d.name], d), n_replicates) for d in benchmark]
    )


def draws(dataset: Dataset, bounds: np.ndarray, n_replicates: int, first: int = 0) -> Iterator[np.ndarray]:
    """Yield how often each image is drawn in `LANES` replicates at a time, from number `first` to `n_replicates`.

    `bounds` are those of the strata in `Ordered`. The counts, (n_test, LANES) of uint8, are overwritten by the next.
    """
    counts = np.empty((bounds[-1], kernels.LANES), dtype=np.uint8)
    stream = kernels.mix(np.uint64(SEED << 32 | zlib.crc32(dataset.name.encode())))
    for start in range(first, n_replicates, kernels.LANES):
        kernels.draw(np.uint64(stream), start, bounds, counts)
        yield counts


def bootstrap_dataset(images: Ordered, n_replicates: int = N_REPLICATES, draws: Draws = draws) -> np.ndarray:
    """Return the metrics of one dataset in each replicate, (n_metrics, n_replicates).

    In a multi-label dataset, a replicate skips a label if it has no image with the label, or none without it. In the
    official test sets, the rarest label is missing in one of 10^18 replicates. If no label remains, the value is NaN.

    `draws` may be replaced by a function that knows the same counts already.
    """
    areas, confusions = [], []
    for counts in draws(images.dataset, images.strata, n_replicates):
        most = 255 // int(counts.max())
        areas.append([_areas(binary, counts, most) for binary in images.areas])
        confusions.append([_confusions(cells, counts, images.dataset) for cells in images.cells])
    return _metrics(np.concatenate(areas, axis=1), np.concatenate(confusions, axis=1))[:, :n_replicates]


def metrics_of(images: Ordered) -> np.ndarray:
    """Return the metrics of one dataset, (n_metrics,), in the order of `METRICS`: each image counts once."""
    once = np.ones((len(images.order), kernels.LANES), dtype=np.uint8)
    areas = np.array([[binary.area] for binary in images.areas])
    confusions = np.array([_confusions(cells, once, images.dataset)[:1] for cells in images.cells])
    return _metrics(areas, confusions)[:, 0]


def draw_counts(y_true: np.ndarray, dataset: Dataset, replicate: int) -> np.ndarray:
    """Return the number of times each image is drawn in a replicate, (n_test,), in the order of `y_true`."""
    order, bounds = strata(y_true, dataset)
    counts = np.empty(len(order), dtype=np.int64)
    counts[order] = next(draws(dataset, bounds, replicate + 1, replicate))[:, 0]
    return counts


def _areas(binary: Binary, counts: np.ndarray, most: int) -> np.ndarray:
    """Return the AUC in each replicate of a block; NaN without positives or negatives."""
    negatives, twice_u = np.empty(kernels.LANES, np.uint32), np.empty(kernels.LANES, np.uint64)
    kernels.count_pairs(
        binary.negatives, binary.positives, binary.below, binary.up_to, counts, most, negatives, twice_u
    )
    n_negative = negatives.astype(np.float64)
    with np.errstate(invalid="ignore"):  # 0 / 0
        return twice_u / (2 * n_negative * (len(counts) - n_negative))


def _confusions(cells: tuple[np.ndarray, np.ndarray], counts: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the confusion matrix in each replicate of a block, (LANES, n, n)."""
    n = 2 if dataset.task is Task.MULTILABEL else dataset.n_classes
    sums = np.empty((n * n, kernels.LANES), dtype=np.uint32)
    kernels.sum_cells(*cells, counts, sums)
    sums[0] = len(counts) - sums.sum(axis=0)
    return sums.T.reshape(-1, n, n).astype(np.float64)


def _metrics(areas: np.ndarray, confusions: np.ndarray) -> np.ndarray:
    """Return the metrics of B replicates, (n_metrics, B), from AUCs (k, B) and confusion matrices (l, B, n, n).

    A replicate skips labels that are absent from it.
    """
    shown = (confusions.sum(axis=3) > 0).all(axis=2)
    if not shown.all():
        confusions = np.where(shown[..., None, None], confusions, np.eye(confusions.shape[-1]))
    return np.stack(
        [
            _mean(metric.of_confusion(confusions), shown)
            if metric.of_confusion
            else _mean(areas, ~np.isnan(areas))
            for metric in RANKED.values()
        ]
    )


def _mean(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of the counted values; NaN if there are none."""
    with np.errstate(invalid="ignore"):
        return np.where(counted, values, 0).sum(axis=0) / counted.sum(axis=0)
