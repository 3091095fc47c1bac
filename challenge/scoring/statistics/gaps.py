"""Difference between the means over two parts of the datasets: those with public labels minus the withheld ones."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .intervals import LEVEL

Array = NDArray[np.floating]


def gap(values: Array, is_withheld: NDArray[np.bool_]) -> Array:
    """Return the mean over the public datasets minus the mean over the withheld ones, (...), from values (D, ...)."""
    return values[~is_withheld].mean(axis=0) - values[is_withheld].mean(axis=0)


def gap_interval(
    value: float, replicates: Array, is_withheld: NDArray[np.bool_], level: float = LEVEL
) -> tuple[float, float]:
    """Return the interval of a difference from replicates (D, B): normal, with the deviation of its replicates."""
    error = float(np.std(gap(replicates.astype(float), is_withheld), ddof=1))
    margin = NormalDist().inv_cdf(0.5 + level / 2) * error
    return value - margin, value + margin
