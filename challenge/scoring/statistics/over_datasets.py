"""Means over resampled datasets: how much a rank depends on the choice of the datasets.

The datasets of a benchmark are taken as a sample of such datasets. They are drawn with replacement (Efron and
Tibshirani, 1993). Datasets of one source are drawn together as one block, because they are not independent. A drawn
block brings all its datasets, and each dataset is drawn once on average. So the differences of two methods scatter
around the difference of their official means, up to a factor that all methods of a draw share.

Draw b is the same for all methods, and goes with replicate b of the images (`bootstrap`).
"""

import numpy as np
from numpy.typing import NDArray

from ..benchmark import Benchmark

Array = NDArray[np.floating]

SEED = 4127717


def draws(n_replicates: int, benchmark: Benchmark) -> Array:
    """Return the weight of each dataset in the mean of each draw, (B, D); each row sums to 1.

    Draw b does not depend on the number of replicates.
    """
    blocks = benchmark.blocks
    drawn = np.random.default_rng(SEED).multinomial(
        len(blocks), [1 / len(blocks)] * len(blocks), n_replicates
    )
    times = np.empty((n_replicates, benchmark.n_datasets))
    for number, block in enumerate(blocks):
        times[:, block] = drawn[:, [number]]
    return times / times.sum(axis=1, keepdims=True)


def resampled_means(replicates: Array, benchmark: Benchmark) -> Array:
    """Return the means over resampled datasets and images, (..., B), from replicates (D, ..., B)."""
    return np.einsum("bd,d...b->...b", draws(replicates.shape[-1], benchmark), replicates)


def resampled_means_of_scores(scores: Array, n_replicates: int, benchmark: Benchmark) -> Array:
    """Return the means over resampled datasets, (m, B), from scores (m, D) without replicates.

    A method with a missing score (NaN) has NaN in all draws.
    """
    return np.asarray(scores, dtype=float) @ draws(n_replicates, benchmark).T
