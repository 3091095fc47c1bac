"""Bootstrap replicates of every metric: its values on resampled test images.

The images of a dataset are drawn with replacement, class by class, so that every class keeps its size. A multi-label
dataset has no such classes, so all its images are drawn together (Efron and Tibshirani, 1993). The random numbers
depend only on the dataset, the labels and the number of the replicate. Replicate b of every submission therefore uses
the same images, and replicates of two submissions are paired.

Scores are sorted once. A resample is then a weight for each image, and AUC and confusion matrices are sums of weights.
Importing this module imports Numba, which takes 55 MB and half a second: code that only reads replicates avoids it.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from ..metrics.predicted import predicted_classes
from ..metrics.ranked import RANKED
from . import bootstrap_kernels as kernels
from .intervals import N_REPLICATES

SEED = 9930641


@dataclass(frozen=True, slots=True)
class _Binary:
    """Negative and positive images of one AUC, each by increasing score.

    For each positive, `below` counts the negatives with a lower score, and `up_to` those with a lower or equal score.
    """

    negatives: np.ndarray
    positives: np.ndarray
    below: np.ndarray
    up_to: np.ndarray


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
        [bootstrap_dataset(labels[d.name], predictions[d.name], d, n_replicates) for d in benchmark]
    )


def bootstrap_dataset(
    y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset, n_replicates: int = N_REPLICATES
) -> np.ndarray:
    """Return the metrics of one dataset in each replicate, (n_metrics, n_replicates).

    In a multi-label dataset, a replicate skips a label if it has no image with the label, or none without it. In the
    official test sets, the rarest label is missing in one of 10^18 replicates. If no label remains, the value is NaN.
    """
    order, strata = _strata(y_true, dataset)
    y_true, y_score = y_true[order], y_score[order]
    tasks = _binary_tasks(y_true, y_score, dataset)
    matrices = _confusion_cells(y_true, y_score, dataset)
    blocks = []
    for first in range(0, n_replicates, kernels.LANES):
        counts = np.ascontiguousarray(_draw(dataset, first, strata).T)
        most = 255 // int(counts.max())
        areas = np.array([_areas(task, counts, most) for task in tasks])
        confusions = np.array([_confusions(cells, counts, dataset) for cells in matrices])
        blocks.append(_metrics(areas, confusions))
    return np.concatenate(blocks, axis=1)[:, :n_replicates]


def draw_counts(y_true: np.ndarray, dataset: Dataset, replicate: int) -> np.ndarray:
    """Return the number of times each image is drawn in a replicate, (n_test,), in the order of `y_true`."""
    order, strata = _strata(y_true, dataset)
    counts = np.empty(len(order), dtype=np.int64)
    counts[order] = _draw(dataset, replicate, strata)[0]
    return counts


def _strata(y_true: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the order that sorts images by class, and the bounds of the classes; one stratum if multi-label."""
    if dataset.task is Task.MULTILABEL:
        return np.arange(len(y_true)), np.array([0, len(y_true)])
    sizes = np.bincount(y_true, minlength=dataset.n_classes)
    return np.argsort(y_true, kind="stable"), np.concatenate([[0], np.cumsum(sizes)])


def _draw(dataset: Dataset, first: int, strata: np.ndarray) -> np.ndarray:
    """Return the counts of `LANES` replicates, starting at number `first`, (LANES, n_test)."""
    counts = np.empty((kernels.LANES, strata[-1]), dtype=np.uint8)
    stream = kernels.mix(np.uint64(SEED << 32 | zlib.crc32(dataset.name.encode())))
    kernels.draw(np.uint64(stream), first, strata, counts)
    return counts


def _binary_tasks(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> list[_Binary]:
    """Return the parts that the AUC averages: each class against the rest, each label, or class 1 if binary."""
    classes: Sequence[int] = [1] if dataset.task is Task.BINARY else range(dataset.n_classes)
    tasks = []
    for c in classes:
        positive = y_true[:, c] == 1 if dataset.task is Task.MULTILABEL else y_true == c
        (negatives, low), (positives, high) = (
            _by_score(kind, y_score[:, c]) for kind in (~positive, positive)
        )
        below, up_to = (np.searchsorted(low, high, side) for side in ("left", "right"))
        tasks.append(_Binary(negatives, positives, below, up_to))
    return tasks


def _by_score(chosen: np.ndarray, y_score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chosen images by increasing score, and their scores."""
    rows = np.flatnonzero(chosen)
    order = np.argsort(y_score[rows])
    return rows[order].astype(np.uint32), y_score[rows[order]]


def _confusion_cells(
    y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the cell of each image in the confusion matrix, or in each label's matrix, as (rows, cells).

    Images in the first cell are left out: for a label they are the majority, and the total is known.
    """
    y_pred = predicted_classes(y_score, dataset)
    if dataset.task is Task.MULTILABEL:
        cells = 2 * (y_true.T == 1) + y_pred.T
    else:
        cells = (y_true.astype(np.int64) * dataset.n_classes + y_pred)[None]
    rows = [np.flatnonzero(of_matrix).astype(np.uint32) for of_matrix in cells]
    return [(r, of_matrix[r].astype(np.uint32)) for r, of_matrix in zip(rows, cells, strict=True)]


def _areas(task: _Binary, counts: np.ndarray, most: int) -> np.ndarray:
    """Return the AUC in each replicate of a block; NaN without positives or negatives."""
    negatives, twice_u = np.empty(kernels.LANES, np.uint32), np.empty(kernels.LANES, np.uint64)
    kernels.count_pairs(
        task.negatives, task.positives, task.below, task.up_to, counts, most, negatives, twice_u
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
    """Return the metrics of a block, (n_metrics, LANES), from AUCs (k, LANES) and confusion matrices (l, LANES, n, n).

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
