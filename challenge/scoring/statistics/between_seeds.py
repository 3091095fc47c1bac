"""Variation between training seeds, as noise for the replicates of a group of seeds.

Bootstrap replicates vary with the test images only. A second seed of the same method would also score otherwise
(Bouthillier et al. 2021, "Accounting for variance in machine learning benchmarks", MLSys). The mean of k seeds varies
by s / sqrt(k), where s is the standard deviation between seeds. Groups of three seeds say little about s, so it is
pooled over the groups of a leaderboard.
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import LEVEL

Array = NDArray[np.floating]

#: First part of the seeds of all noise.
SEED = 7142857


def pooled_deviation(groups: Sequence[ArrayLike]) -> Array:
    """Return the standard deviation between seeds, (...), from the scores of each group, (k, ...), k of at least 2.

    Few groups estimate it badly: it is multiplied by Student's quantile over the normal quantile, for the pooled
    degrees of freedom. Normal noise of this size then gives an interval of the right width. The factor is 12.7 / 1.96
    for one group of two, 1.4 for two groups of three, and 1.06 for ten.
    """
    from scipy.special import stdtrit  # takes memory that workers do not need

    scores = [np.asarray(group, dtype=float) for group in groups]
    degrees = sum(len(group) - 1 for group in scores)
    squares = np.sum([((group - group.mean(axis=0)) ** 2).sum(axis=0) for group in scores], axis=0)
    upper = (1 + LEVEL) / 2
    return np.sqrt(squares / degrees) * float(stdtrit(degrees, upper)) / NormalDist().inv_cdf(upper)


def noise_of_mean(deviation: float, n_seeds: int, n_replicates: int, stream: Sequence[int]) -> Array:
    """Return noise for the mean over the datasets, (B,), as the deviation of the means over the datasets demands.

    The noise depends only on the arguments; another `stream` gives independent noise.
    """
    rng = np.random.default_rng([SEED, 0, *stream])
    return deviation / np.sqrt(n_seeds) * rng.standard_normal(n_replicates)


def noise_by_dataset(
    deviations: Array, deviation_of_mean: float, of_mean: Array, n_seeds: int, stream: Sequence[int]
) -> Array:
    """Return noise for each dataset, (D, B), whose mean over the datasets is the noise of the mean, (B,).

    `deviations` (D,) are those on each dataset. They and the deviation of the mean tell how much the datasets vary
    together, as one correlation for all pairs: 0 for trainings of their own, more for a backbone that all datasets
    share. It is kept from 0 to 1. The noise is normal, drawn given its mean.
    """
    total, squares = deviations.sum(), (deviations**2).sum()
    if not squares:
        return np.zeros((len(deviations), len(of_mean)))
    apart = total**2 - squares  # 0 if only one dataset varies
    n = len(deviations)
    correlation = np.clip(((n * deviation_of_mean) ** 2 - squares) / apart, 0, 1) if apart else 0.0
    rng = np.random.default_rng([SEED, 1, *stream])
    common, own = rng.standard_normal(len(of_mean)), rng.standard_normal((n, len(of_mean)))
    noise = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    noise *= deviations[:, None] / np.sqrt(n_seeds)
    # regression of the noise of a dataset on that of the mean
    covariances = deviations * ((1 - correlation) * deviations + correlation * total)
    slopes = n * covariances / covariances.sum()
    return noise + slopes[:, None] * (of_mean - noise.mean(axis=0))
