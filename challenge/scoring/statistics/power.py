"""Smallest true difference of two entries that a paired comparison sees on most test sets.

After Card et al. (2020), "With little power comes great responsibility", EMNLP: the power of a comparison follows from
the standard error of the paired difference.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .intervals import LEVEL

Array = NDArray[np.floating]

#: Probability that a comparison finds a true difference of the detectable size.
POWER = 0.8
#: Critical value of one two-sided test at 5 %.
TWO_SIDED = NormalDist().inv_cdf((1 + LEVEL) / 2)


def detectable_difference(std_error: float, critical: float = TWO_SIDED) -> float:
    """Return the true difference that is found with the probability `POWER`, for an estimate that is normal.

    A difference is found if its estimate exceeds `critical` times the standard error. This happens with the wanted
    probability if the true difference is larger by that quantile of the normal distribution. The chance of finding a
    difference with the wrong sign is neglected.
    """
    return (critical + NormalDist().inv_cdf(POWER)) * std_error


def standard_errors_of_pairs(replicates: Sequence[Array]) -> Array:
    """Return the standard error of the difference of each pair of entries, (pairs, ...), from replicates (..., B)."""
    return np.array([(one - other).std(axis=-1, ddof=1) for one, other in combinations(replicates, 2)])
