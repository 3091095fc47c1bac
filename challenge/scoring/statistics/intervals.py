"""Confidence intervals from bootstrap replicates."""

import numpy as np

N_REPLICATES = 1000
LEVEL = 0.95


def percentile_interval(replicates: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """Return the ends of the percentile interval (Efron and Tibshirani, 1993, chapter 13).

    The last axis holds the replicates, and becomes (low, high). NaN replicates are left out.
    """
    tail = (1 - level) / 2
    # nanquantile is three times as slow
    quantile = np.nanquantile if np.isnan(replicates).any() else np.quantile
    return np.moveaxis(quantile(replicates, [tail, 1 - tail], axis=-1), 0, -1)
