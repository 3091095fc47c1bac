"""Standard error of AUC without resampling, after DeLong, DeLong and Clarke-Pearson (1988).

Their variance is the variance of a sum over images. Each image has an influence on AUC: the share of images of the
other kind (positive or negative) that it is ranked correctly against, divided by the number of images of its own kind.
For the mean over classes, we add up the influences of an image on the AUC of each class. The sum includes the
covariances between the AUCs; for two classes this is DeLong's formula. `bootstrap.py` estimates the same quantity
independently.
"""

from collections.abc import Sequence

import numpy as np

from ..benchmark import Task
from .ordered import Binary, Ordered


def standard_error_of_mean(standard_errors: Sequence[float]) -> float:
    """Return the standard error of the mean over datasets, whose test images are independent."""
    return float(np.sqrt(np.sum(np.square(standard_errors))) / len(standard_errors))


def auc_standard_error(ordered: Ordered) -> float:
    """Return the standard error of the mean AUC over the classes (or labels) of a dataset.

    The variance is taken within each class, or over all images if the dataset is multi-label. A class with a single
    image adds nothing.
    """
    influence = np.zeros(len(ordered.order))
    for binary in ordered.areas:
        _add_influence(influence, binary, centred=ordered.dataset.task is Task.MULTILABEL)
    influence /= len(ordered.areas)
    strata = np.split(influence, ordered.strata[1:-1])
    return float(np.sqrt(sum(len(s) * s.var(ddof=1) for s in strata if len(s) > 1)))


def _add_influence(influence: np.ndarray, binary: Binary, *, centred: bool) -> None:
    """Add the influence of each image on an AUC to `influence` (n,).

    `centred`: subtract the mean, because the numbers of positives and negatives vary.
    """
    n_positive, n_negative = len(binary.positives), len(binary.negatives)
    mean = binary.area if centred else 0.0
    # a positive is below a negative if all negatives up to its score are before that negative; equal scores count half
    below, up_to = (
        np.cumsum(np.bincount(counts, minlength=n_negative + 1))[:n_negative]
        for counts in (binary.up_to, binary.below)
    )
    influence[binary.positives] += ((binary.below + binary.up_to) / (2 * n_negative) - mean) / n_positive
    influence[binary.negatives] += (1 - (below + up_to) / (2 * n_positive) - mean) / n_negative
