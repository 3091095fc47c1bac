"""Differences of methods over several datasets: mean ranks, Friedman test, Nemenyi critical difference.

After Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", JMLR 7:1-30. Only scipy's
special functions are used: importing `scipy.stats` would cost a web process a second and 75 MB.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, fdtrc, ndtr

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FriedmanTest:
    """Test for any difference between k methods over n datasets.

    Both statistics are from the paper, without a correction for ties; many ties reduce their power a little.

    Attributes:
        chi2: Friedman's statistic, with k - 1 degrees of freedom.
        f: the statistic of Iman and Davenport (1980), which is less conservative; infinite if all datasets agree.
        degrees: the degrees of freedom of `f`.
        chi2_p: the p-value of `chi2`.
        p: the p-value of `f`.

    """

    chi2: float
    f: float
    degrees: tuple[int, int]
    chi2_p: float
    p: float


def ranks_by_dataset(scores: ArrayLike) -> Array:
    """Rank the methods (columns) on each dataset (rows): the highest score is 1, ties share their mean rank."""
    values = np.asarray(scores, dtype=float)
    mine, others = values[:, :, None], values[:, None, :]
    higher, equal = (others > mine).sum(axis=2), (others == mine).sum(axis=2)
    return higher + (equal + 1) / 2


def friedman_test(ranks: Array) -> FriedmanTest:
    """Test whether the methods differ, from their ranks on each dataset."""
    n, k = ranks.shape
    chi2 = float(12 * n / (k * (k + 1)) * ((ranks.mean(axis=0) - (k + 1) / 2) ** 2).sum())
    rest = n * (k - 1) - chi2
    f = (n - 1) * chi2 / rest if rest > 1e-9 else float("inf")
    degrees = (k - 1, (k - 1) * (n - 1))
    return FriedmanTest(chi2, f, degrees, float(chdtrc(k - 1, chi2)), float(fdtrc(*degrees, f)))


def critical_difference(n_methods: int, n_datasets: int, alpha: float = 0.05) -> float:
    """Return the distance from which two mean ranks differ significantly by the Nemenyi test."""
    return nemenyi_quantile(n_methods, alpha) * float(np.sqrt(n_methods * (n_methods + 1) / (6 * n_datasets)))


@lru_cache(maxsize=256)
def nemenyi_quantile(n_methods: int, alpha: float = 0.05) -> float:
    """Return q of the Nemenyi test: the studentized range quantile for infinite degrees of freedom, over root 2."""
    low, high = 0.0, 20.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        if _range_probability(middle, n_methods) < 1 - alpha:
            low = middle
        else:
            high = middle
    return low / float(np.sqrt(2))


def _range_probability(width: float, n: int) -> float:
    """Return the probability that n standard normal values lie within a range of the given width."""
    z = np.linspace(-8, 8 + width, 4001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(n * density * (ndtr(z) - ndtr(z - width)) ** (n - 1), z))


def groups_that_do_not_differ(mean_ranks: ArrayLike, difference: float) -> list[tuple[float, float]]:
    """Return the widest spans of mean ranks that stay within the critical difference, best first.

    A span contains at least two methods, and no span lies within another.
    """
    ordered = sorted(np.asarray(mean_ranks, dtype=float).tolist())
    spans: list[tuple[float, float]] = []
    for number, first in enumerate(ordered):
        within = [rank for rank in ordered[number:] if rank - first <= difference]
        if len(within) > 1 and (not spans or within[-1] > spans[-1][1]):
            spans.append((first, within[-1]))
    return spans
