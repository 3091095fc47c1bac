"""Predictions of a dataset, prepared once for the bootstrap and for DeLong's standard error.

Images are put in the order of their classes, and scores are sorted. A resample is then a weight for each image, and AUC
and confusion matrices are sums of weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..benchmark import Dataset, Task
from ..metrics.predicted import predicted_classes


@dataclass(frozen=True, slots=True)
class Binary:
    """Negative and positive images of one AUC, each by increasing score.

    For each positive, `below` counts the negatives with a lower score, and `up_to` those with a lower or equal score.
    """

    negatives: np.ndarray
    positives: np.ndarray
    below: np.ndarray
    up_to: np.ndarray

    @property
    def area(self) -> float:
        """The AUC; ties count half."""
        pairs = len(self.negatives) * len(self.positives)
        return int(self.below.sum() + self.up_to.sum()) / (2 * pairs)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Predictions of a dataset, with images numbered by class: first all of class 0, then all of class 1."""

    dataset: Dataset
    #: Images in their new order, (n,): positions in the labels.
    order: np.ndarray
    #: Bounds of the classes in the new order, (n_classes + 1,); one class of all images if multi-label.
    strata: np.ndarray
    #: Parts that the AUC averages: each class against the rest, each label, or class 1 if binary.
    areas: Sequence[Binary]
    #: Images and their cells of the confusion matrix, or of each label's matrix. Images in the first cell are left out:
    #: for a label they are the majority, and the total is known.
    cells: Sequence[tuple[np.ndarray, np.ndarray]]


def ordered(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> Ordered:
    """Order the predictions of a dataset; arrays as for `evaluator.evaluate`."""
    order, bounds = strata(y_true, dataset)
    y_true, y_score = y_true[order], y_score[order]
    return Ordered(
        dataset, order, bounds, _areas(y_true, y_score, dataset), _confusion_cells(y_true, y_score, dataset)
    )


def strata(y_true: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the order that sorts images by class, and the bounds of the classes; one stratum if multi-label."""
    if dataset.task is Task.MULTILABEL:
        return np.arange(len(y_true)), np.array([0, len(y_true)])
    sizes = np.bincount(y_true, minlength=dataset.n_classes)
    return np.argsort(y_true, kind="stable"), np.concatenate([[0], np.cumsum(sizes)])


def _areas(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> list[Binary]:
    classes: Sequence[int] = [1] if dataset.task is Task.BINARY else range(dataset.n_classes)
    areas = []
    for c in classes:
        positive = y_true[:, c] == 1 if dataset.task is Task.MULTILABEL else y_true == c
        (negatives, low), (positives, high) = (
            _by_score(kind, y_score[:, c]) for kind in (~positive, positive)
        )
        below, up_to = (np.searchsorted(low, high, side) for side in ("left", "right"))
        areas.append(Binary(negatives, positives, below, up_to))
    return areas


def _by_score(chosen: np.ndarray, y_score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chosen images by increasing score, and their scores."""
    rows = np.flatnonzero(chosen)
    order = np.argsort(y_score[rows])
    return rows[order].astype(np.uint32), y_score[rows[order]]


def _confusion_cells(
    y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset
) -> list[tuple[np.ndarray, np.ndarray]]:
    y_pred = predicted_classes(y_score, dataset)
    if dataset.task is Task.MULTILABEL:
        cells = 2 * (y_true.T == 1) + y_pred.T
    else:
        cells = (y_true.astype(np.int64) * dataset.n_classes + y_pred)[None]
    rows = [np.flatnonzero(of_matrix).astype(np.uint32) for of_matrix in cells]
    return [(r, of_matrix[r].astype(np.uint32)) for r, of_matrix in zip(rows, cells, strict=True)]
