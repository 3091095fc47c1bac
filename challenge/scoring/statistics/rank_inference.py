"""Uncertainty of ranks and differences, from paired bootstrap replicates.

Replicate b of every entry uses the same resample of the test images. Differences and ranks are computed within a
replicate, so images that are easy or hard for all entries cancel out. Higher values are better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import LEVEL, percentile_interval

Array = NDArray[np.floating]
Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]

#: Replicates ranked at once: memory stays at a few megabytes for thousands of entries.
_BLOCK = 64
#: Resolution of float32, the type of stored replicates, relative to the largest replicate. A difference with a smaller
#: standard error counts as constant; if it is larger than ten times the resolution, it is certain.
_RESOLUTION = 1e-7


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The first entry's value minus the second's, with percentile interval and standard error."""

    difference: float
    low: float
    high: float
    std_error: float


def rank_replicates(replicates: Array, fixed: ArrayLike = ()) -> Integers:
    """Rank the entries within each replicate: 1 + the number of strictly higher values, so ties share a rank.

    `replicates` is (m, B) without NaN, and the ranks have the same shape. `fixed` values are the same in each replicate
    (published results). They occupy ranks, except where they are NaN.
    """
    m, n_replicates = replicates.shape
    ranks = np.empty((m, n_replicates), np.int32)
    for start in range(0, n_replicates, _BLOCK):
        block = replicates[:, start : start + _BLOCK].T
        others = np.broadcast_to(np.asarray(fixed, dtype=float), (len(block), np.size(fixed)))
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


def paired_difference(
    value_a: float, value_b: float, replicates_a: Array, replicates_b: Array, level: float = LEVEL
) -> PairedDifference:
    """Return the difference of two values, with percentile interval and standard error from their replicates (B,)."""
    differences = np.asarray(replicates_a, dtype=float) - replicates_b
    low, high = percentile_interval(differences, level)
    return PairedDifference(value_a - value_b, float(low), float(high), float(differences.std(ddof=1)))


def significantly_higher(values: ArrayLike, replicates: Array, level: float = LEVEL) -> Booleans:
    """Test all pairs at once: (m, m), true where entry i is significantly higher than entry j.

    For large test sets, the probability that at least one of all m (m - 1) statements "i is truly higher than j" is
    wrong is at most 1 - `level`. The statistic of a pair is its difference over the standard error of the paired
    replicates (m, B). The critical value is the quantile of the largest statistic over all pairs in the jointly centred
    replicates. It is therefore no larger than the correlation of the entries requires. Pairs found significant are
    removed and the critical value is computed again, until no new pair is found (step-down).

    The procedure is from Mogstad, Romano, Shaikh and Wilhelm (2024), "Inference for ranks with applications to mobility
    across neighbourhoods and academic achievement across countries", Review of Economic Studies 91(1):476-518. Here,
    bootstrap replicates replace its normal draws.

    If a difference never varies (equal predictions), the entries differ only if their values do, beyond rounding.
    Raises `ValueError` on NaN.
    """
    values, replicates = np.asarray(values, dtype=float), np.asarray(replicates, dtype=float)
    if np.isnan(values).any() or np.isnan(replicates).any():
        raise ValueError("Entries without a value or without replicates cannot be compared.")
    order = np.argsort(-values, kind="stable")  # only the earlier of two can then be significantly higher
    differences = np.triu(np.subtract.outer(values[order], values[order]))
    centred = (replicates - replicates.mean(axis=1, keepdims=True))[order].astype(np.float32)
    errors = _errors_of_differences(centred)
    smallest = _RESOLUTION * np.abs(replicates).max(initial=0)
    errors[errors < smallest] = 0
    found = _step_down(differences, errors, centred, level)
    found |= (errors == 0) & (differences > 10 * smallest)
    higher = np.empty_like(found)
    higher[np.ix_(order, order)] = found
    return higher


def _errors_of_differences(centred: Array) -> Array:
    """Return the standard error of the difference of each pair i < j, (m, m), from replicates of mean 0; 0 elsewhere.

    The squares are summed from the differences themselves: for nearly equal entries, covariances would lose the
    difference to rounding.
    """
    m, n_replicates = centred.shape
    squares = np.zeros((m, m))
    for one in range(m - 1):
        differences = centred[one + 1 :] - centred[one]
        squares[one, one + 1 :] = np.einsum("ib,ib->i", differences, differences)
    return np.sqrt(squares / (n_replicates - 1))


def _step_down(differences: Array, errors: Array, centred: Array, level: float) -> Booleans:
    """Mark the significant pairs i < j of entries sorted by value, (m, m)."""
    pairs = errors > 0
    weights = np.divide(1, errors, out=np.zeros_like(errors), where=pairs)
    largest, lowest = _extreme_statistics(centred, weights, pairs)
    reverse = -lowest  # "j is higher than i" is never found, so these pairs are tested in every step
    found = np.zeros_like(pairs)
    while True:
        critical = np.quantile(np.maximum(largest, reverse), level)
        now = differences * weights > critical
        if (now == found).all():
            return found
        found = now
        largest, _ = _extreme_statistics(centred, weights, pairs & ~found)


def _extreme_statistics(centred: Array, weights: Array, pairs: Booleans) -> tuple[Array, Array]:
    """Return the largest statistic of the pairs in each replicate, (B,), at least 0, and the lowest, at most 0."""
    largest, lowest = np.zeros((2, centred.shape[1]), np.float32)
    weights = weights.astype(np.float32)  # 1 over standard errors
    for one, others in enumerate(pairs):
        if others.any():
            statistics = centred[one] - centred[others]
            statistics *= weights[one, others, None]
            np.maximum(largest, statistics.max(axis=0), out=largest)
            np.minimum(lowest, statistics.min(axis=0), out=lowest)
    return largest, lowest


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
    (`significantly_higher` names the source).
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
