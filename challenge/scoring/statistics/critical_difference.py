"""Differences of methods over several datasets: mean ranks, Friedman test, Nemenyi critical difference, a control.

After Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", JMLR 7:1-30. The tests take the
datasets as independent, so datasets of one source must be one block (`block_ranks`): with three datasets whose ranks
correlate at 0.75, a nominal 5 % would be 8 to 29 % (docs/statistics.md). Only scipy's special functions are used, and
imported where they are called: they take 17 MB that workers do not need, and `scipy.stats` a second and 75 MB.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: Level of the tests: the probability of finding a difference between equal methods.
ALPHA = 0.05


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


def block_ranks(ranks: Array, blocks: Sequence[Sequence[int]]) -> Array:
    """Return the mean ranks (blocks, k) over the datasets of each block, from ranks (datasets, k)."""
    return np.array([ranks[list(block)].mean(axis=0) for block in blocks])


def friedman_test(ranks: Array) -> FriedmanTest:
    """Test whether the methods differ, from their ranks (n, k) on independent blocks."""
    from scipy.special import chdtrc, fdtrc

    n, k = ranks.shape
    chi2 = float(12 * n / (k * (k + 1)) * ((ranks.mean(axis=0) - (k + 1) / 2) ** 2).sum())
    rest = n * (k - 1) - chi2
    f = (n - 1) * chi2 / rest if rest > 1e-9 else float("inf")
    degrees = (k - 1, (k - 1) * (n - 1))
    return FriedmanTest(chi2, f, degrees, float(chdtrc(k - 1, chi2)), float(fdtrc(*degrees, f)))


def critical_difference(n_methods: int, n_datasets: int, alpha: float = ALPHA) -> float:
    """Return the distance from which two mean ranks differ significantly by the Nemenyi test."""
    return nemenyi_quantile(n_methods, alpha) * _error_of_difference(n_methods, n_datasets)


def _error_of_difference(n_methods: int, n_datasets: int) -> float:
    """Return the standard error of the difference of two mean ranks if all methods are equal."""
    return float(np.sqrt(n_methods * (n_methods + 1) / (6 * n_datasets)))


def compare_with_control(ranks: Array, control: int) -> Array:
    """Return the p-value of each method against the method `control`, (k,), from ranks (n, k); the control has 1.

    Two-sided z tests of the differences of mean ranks (Demšar 2006, section 3.2.2), adjusted by Holm's step-down
    method for all k - 1 tests (García and Herrera 2008, "An extension on statistical comparisons of classifiers over
    multiple data sets for all pairwise comparisons", JMLR 9:2677-2694). Choose the control before you see the ranks.
    """
    from scipy.special import ndtr

    n, k = ranks.shape
    means = ranks.mean(axis=0)
    p = 2 * ndtr(-np.abs(means - means[control]) / _error_of_difference(k, n))
    others = np.delete(np.arange(k), control)
    order = others[np.argsort(p[others], kind="stable")]
    adjusted = np.ones(k)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(k - 1, 0, -1)))
    return adjusted


def smallest_signed_rank_p(n_datasets: int) -> float:
    """Return the smallest p-value of Wilcoxon's exact two-sided signed-rank test: all differences have one sign."""
    return 2.0 ** (1 - n_datasets)


def methods_beyond_signed_ranks(n_datasets: int, alpha: float = ALPHA) -> int:
    """Return the smallest number of methods at which signed-rank tests of all pairs can reject nothing.

    Holm's method compares the smallest p-value with `alpha` over the number of pairs.
    """
    k = 2
    while smallest_signed_rank_p(n_datasets) <= alpha / (k * (k - 1) / 2):
        k += 1
    return k


@lru_cache(maxsize=256)
def nemenyi_quantile(n_methods: int, alpha: float = ALPHA) -> float:
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
    from scipy.special import ndtr

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
