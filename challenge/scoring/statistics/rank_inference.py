"""Uncertainty of ranks, from paired bootstrap replicates.

Replicate b of every entry uses the same resample of the test images. Differences and ranks are computed within a
replicate, so images that are easy or hard for all entries cancel out. Higher values are better.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .all_pairs import significantly_higher
from .intervals import LEVEL

Array = NDArray[np.floating]
Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]

#: Replicates ranked at once: memory stays at a few megabytes for thousands of entries.
_BLOCK = 64


def rank_replicates(replicates: Array, fixed: ArrayLike = ()) -> Integers:
    """Rank the entries within each replicate: 1 + the number of strictly higher values, so ties share a rank.

    `replicates` is (m, B) without NaN, and the ranks have the same shape. `fixed` values are the same in each replicate
    (published results). They occupy ranks, except where they are NaN.
    """
    m, n_replicates = replicates.shape
    values = np.asarray(fixed, dtype=float)
    if len(values) > m:  # a few entries among many values, which are sorted once and not in each replicate
        ordered = np.sort(values[~np.isnan(values)])
        higher = len(ordered) - np.searchsorted(ordered, replicates, side="right")
        return rank_replicates(replicates) + higher.astype(np.int32)
    ranks = np.empty((m, n_replicates), np.int32)
    for start in range(0, n_replicates, _BLOCK):
        block = replicates[:, start : start + _BLOCK].T
        others = np.broadcast_to(values, (len(block), len(values)))
        ranks[:, start : start + _BLOCK] = _competition_ranks(np.hstack([block, others]))[:, :m].T
    return ranks


def _competition_ranks(values: Array) -> Integers:
    """Rank the values within each row; NaN comes last."""
    order = np.argsort(-values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    places = np.tile(np.arange(1, values.shape[1] + 1, dtype=np.int32), (len(values), 1))
    places[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0  # a tie takes the place of the value before
    ranks = np.empty_like(places)
    np.put_along_axis(ranks, order, np.maximum.accumulate(places, axis=1), axis=1)
    return ranks


def rank_ranges(ranks: Integers, level: float = LEVEL) -> Integers:
    """Return the lowest and the highest rank of each entry's percentile interval, (m, 2), from ranks (m, B).

    Quantiles between two ranks are rounded outwards, so at least the share `level` of the replicates lies within. The
    range describes how much ranks vary with the test images. It is not a confidence set: if entries are close, it can
    miss the true rank more often than in 1 - `level` of cases. `rank_sets` returns confidence sets.
    """
    outside = (1 - level) / 2
    low = np.quantile(ranks, outside, axis=1, method="lower")
    high = np.quantile(ranks, 1 - outside, axis=1, method="higher")
    return np.column_stack([low, high])


def flip_share(value_a: float, value_b: float, replicates_a: Array, replicates_b: Array) -> float:
    """Return the share of replicates, in [0, 1], in which two entries have the opposite order from the full data.

    A tie counts half, in a replicate or in the full data: if the full data are tied, the result is 0.5.
    """
    agreement = np.sign(value_a - value_b) * np.sign(replicates_a - replicates_b)
    return float(np.mean((1 - agreement) / 2))


def leaders_group(values: ArrayLike, replicates: Array, level: float = LEVEL) -> Booleans:
    """Mark the entries that cannot be distinguished from the leader, (m,), from values (m,) and replicates (m, B).

    All pairs are tested at once, not only those with the leader, because the data choose the leader. The probability
    that an entry is excluded although it is truly as good as the leader is therefore at most 1 - `level`. If several
    entries share the highest value, an entry that is significantly lower than any of them is excluded. 200 entries
    take less than 100 ms, and the time grows with their square: pass at most the 200 highest.
    """
    values = np.asarray(values, dtype=float)
    leaders = values == values.max(initial=-np.inf)
    return ~significantly_higher(values, replicates, level)[leaders].any(axis=0)


def rank_sets(values: ArrayLike, replicates: Array, level: float = LEVEL) -> Integers:
    """Return the best and the worst rank that remain possible for each entry, (m, 2).

    Best: 1 + the number of entries that are significantly higher. Worst: m minus the number of entries that are
    significantly lower. With probability `level`, all m sets contain the true ranks at the same time
    (`all_pairs` names the source).
    """
    higher = significantly_higher(values, replicates, level)
    return np.column_stack([1 + higher.sum(axis=0), len(higher) - higher.sum(axis=1)])


def kendall_taus(values: ArrayLike, replicates: Array) -> Array:
    """Return Kendall's tau-b, (B,), between the order of the values (m,) and the order in each replicate (m, B).

    1 is the same order and -1 the reverse; NaN if all values, or all values of a replicate, are equal. All pairs are
    compared in all replicates, so pass at most about 100 entries.
    """
    values = np.asarray(values, dtype=float)
    one, other = np.triu_indices(len(values), k=1)
    order = np.sign(values[one] - values[other])
    orders = np.sign(replicates[one] - replicates[other])
    untied = np.count_nonzero(order) * np.count_nonzero(orders, axis=0)
    return np.divide(order @ orders, np.sqrt(untied), out=np.full(len(untied), np.nan), where=untied > 0)
