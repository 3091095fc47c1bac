"""Weighted means over datasets, with weights that a reader chooses.

Weights are whole numbers. Equal weights give the plain mean to the last digit, and a single dataset gives its own
values, because the common divisor is removed first.
"""

from collections.abc import Sequence
from math import gcd

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def smallest_weights(weights: Sequence[int]) -> tuple[int, ...]:
    """Divide the weights by their greatest common divisor, so that equal choices are equal; all 0 stay 0."""
    divisor = gcd(*weights) or 1
    return tuple(weight // divisor for weight in weights)


def weighted_means(values: Array, weights: Sequence[int]) -> Array:
    """Return the weighted means over the first axis, (...), from values (D, ...) and one weight for each dataset.

    The values are scores or replicates. Datasets of weight 0 are not read, so they may be missing (NaN). A missing
    value on another dataset makes the mean NaN. At least one weight must be above 0.
    """
    smallest = np.array(smallest_weights(weights))
    counts = smallest > 0
    chosen = np.asarray(values, dtype=float)[counts]
    # a sum, not a product of matrices, whose last digits differ from those of a plain mean
    return (chosen * smallest[counts].reshape(-1, *[1] * (chosen.ndim - 1))).sum(axis=0) / smallest.sum()
