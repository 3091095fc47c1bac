"""Standard error of AUC without resampling, after DeLong, DeLong and Clarke-Pearson (1988).

Their variance is the variance of a sum over images. Each image has an influence on AUC: the share of images of the
other kind (positive or negative) that it is ranked correctly against, divided by the number of images of its own kind.
For the mean over classes, we add up the influences of an image on the AUC of each class. The sum includes the
covariances between the AUCs; for two classes this is DeLong's formula. `bootstrap.py` estimates the same quantity
independently.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ..benchmark import Benchmark, Dataset, Task


def auc_standard_errors(
    predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], benchmark: Benchmark
) -> dict[str, float]:
    """Return the standard error of each dataset's AUC; arrays as for `evaluator.evaluate`."""
    return {d.name: auc_standard_error(labels[d.name], predictions[d.name], d) for d in benchmark}


def standard_error_of_mean(standard_errors: Sequence[float]) -> float:
    """Return the standard error of the mean over datasets, whose test images are independent."""
    return float(np.sqrt(np.sum(np.square(standard_errors))) / len(standard_errors))


def auc_standard_error(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> float:
    """Return the standard error of the mean AUC over the classes (or labels) of a dataset.

    The variance is taken within each class, or over all images if the dataset is multi-label. A class with a single
    image adds nothing.
    """
    classes: Sequence[int] = [1] if dataset.task is Task.BINARY else range(dataset.n_classes)
    multilabel = dataset.task is Task.MULTILABEL
    influence = np.zeros(len(y_true))
    for c in classes:
        positive = y_true[:, c] == 1 if multilabel else y_true == c
        influence += _influence(positive, y_score[:, c], centred=multilabel) / len(classes)
    strata = [influence] if multilabel else [influence[y_true == c] for c in range(dataset.n_classes)]
    return float(np.sqrt(sum(len(s) * s.var(ddof=1) for s in strata if len(s) > 1)))


def _influence(positive: np.ndarray, y_score: np.ndarray, *, centred: bool) -> np.ndarray:
    """Return the influence of each image on an AUC, (n,).

    `centred`: subtract the mean, because the numbers of positives and negatives vary.
    """
    order = np.argsort(y_score)
    scores, kind = y_score[order], positive[order]
    n_positive, n_negative = int(kind.sum()), int((~kind).sum())
    first = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))  # of equal scores
    end = np.append(first[1:], len(scores))
    negatives = np.append(0, np.cumsum(~kind))
    # twice the numbers of negatives and of positives below each score; equal scores count half
    negatives_below = np.repeat(negatives[first] + negatives[end], end - first)
    positives_below = np.repeat(first + end, end - first) - negatives_below
    right = np.where(kind, negatives_below / (2 * n_negative), 1 - positives_below / (2 * n_positive))
    if centred:
        right -= right[kind].mean()
    influence = np.empty(len(scores))
    influence[order] = right / np.where(kind, n_positive, n_negative)
    return influence
