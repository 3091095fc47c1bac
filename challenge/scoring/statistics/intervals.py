"""Confidence intervals and standard errors from bootstrap replicates."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from ..metrics.ranked import METRICS, RANKED
from .misses import Misses

N_REPLICATES = 1000
LEVEL = 0.95


def score_interval(
    values: np.ndarray,
    replicates: np.ndarray,
    misses: Misses,
    metrics: Sequence[str] = METRICS,
    level: float = LEVEL,
) -> np.ndarray:
    """Return the ends of the intervals of some metrics, (..., len(metrics), 2).

    This is Wilson's score interval (Wilson, 1927) for a share of n images. A metric is no share of images, so n is the
    number for which a share would have the standard error of the replicates: p (1 - p) / SE^2, where p is the metric on
    a scale from 0 to 1. The interval stays within the range of the metric and contains the value. It is wider towards
    the middle of the range, as Newcombe (2006) and Pepe (2003) demand for AUC.

    Close to 1 the replicates vary too little, and not at all if the predictions are perfect. So one missed image of
    each class is added to the variance and to 1 - p. The width is therefore never zero. For perfect predictions on two
    classes, n is twice the harmonic mean of their sizes; Obuchowski and Lieber (2002) studied that case. Coverage:
    docs/statistics.md.

    Args:
        values: (..., len(metrics)).
        replicates: (..., len(metrics), B); NaN replicates are left out.
        misses: of all metrics, (..., n_metrics).
        metrics: names of the metrics.
        level: probability that an interval contains the true value.

    """
    lowest = np.array([RANKED[metric].lowest for metric in metrics])
    places = [METRICS.index(metric) for metric in metrics]
    width = 1 - lowest
    p = (np.asarray(values) - lowest) / width
    total, squares = misses.total[..., places] / width, misses.squares[..., places] / width**2
    variance = np.square(standard_errors(replicates) / width) + squares
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    z2_per_image = z2 * variance / (p * (1 - p) + total)
    centre = p + z2_per_image / 2
    half = np.sqrt(z2_per_image * (p * (1 - p) + z2_per_image / 4))
    low, high = ((centre + sign * half) / (1 + z2_per_image) for sign in (-1, 1))
    ends = np.stack([np.clip(low, 0, p), np.clip(high, p, 1)], axis=-1)  # against rounding
    return lowest[:, None] + width[:, None] * ends


def standard_errors(replicates: np.ndarray) -> np.ndarray:
    """Return the standard deviation over the last axis, which holds the replicates; NaN replicates are left out."""
    # nanstd is three times as slow
    deviation = np.nanstd if np.isnan(replicates).any() else np.std
    return deviation(replicates, axis=-1, ddof=1, dtype=np.float64)
