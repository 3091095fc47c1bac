"""Tests of all pairs of entries at once, from paired bootstrap replicates, on one or on several datasets together.

For large test sets, the probability that at least one statement "i is truly higher than j" is wrong, over all pairs
and all datasets, is at most 1 - `level`. The statistic of a pair is its difference over the standard error of the
paired replicates. The critical value is the quantile of the largest statistic over all pairs and datasets in the
jointly centred replicates. It is therefore no larger than the correlation of the entries requires. Pairs found
significant are removed and the critical value is computed again, until no new pair is found (step-down).

The procedure is from Mogstad, Romano, Shaikh and Wilhelm (2024), "Inference for ranks with applications to mobility
across neighbourhoods and academic achievement across countries", Review of Economic Studies 91(1):476-518. Here,
bootstrap replicates replace its normal draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import LEVEL

Array = NDArray[np.floating]
Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]

#: Resolution of float32, the type of stored replicates, relative to the largest replicate. A difference with a smaller
#: standard error counts as constant; if it is larger than ten times the resolution, it is certain.
_RESOLUTION = 1e-7


@dataclass(frozen=True, slots=True)
class PairTests:
    """Tests of all pairs of entries that hold together, with an array (m, m) for each dataset.

    Attributes:
        higher: true where entry i is significantly higher than entry j.
        std_errors: standard error of the difference of i and j; 0 if the difference does not vary.
        critical: critical value before any pair is removed. The intervals difference ± critical * standard error
            contain all true differences at the same time, with the probability of the level.

    """

    higher: list[Booleans]
    std_errors: list[Array]
    critical: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of the entries of one dataset, sorted by value, so that only the earlier of two can be higher.

    Arrays are (m, m), zero except for i < j. `weights` are 1 over the standard errors, and 0 for constant differences.
    """

    order: Integers
    differences: Array
    std_errors: Array
    weights: Array
    certain: Booleans
    centred: Array


def significantly_higher(values: ArrayLike, replicates: Array, level: float = LEVEL) -> Booleans:
    """Test all pairs of m entries: (m, m), true where entry i is significantly higher than entry j.

    `values` is (m,) and `replicates` (m, B). Raises `ValueError` on NaN.
    """
    return compare_all_pairs([values], [replicates], level).higher[0]


def compare_all_pairs(
    values: Sequence[ArrayLike], replicates: Sequence[Array], level: float = LEVEL
) -> PairTests:
    """Test all pairs of entries on all datasets together.

    For each dataset, values (m,) and replicates (m, B); m may differ between datasets, and B may not. If a difference
    never varies (equal predictions), the entries differ only if their values do, beyond rounding. Raises `ValueError`
    on NaN, and if there is no dataset.
    """
    datasets = [
        _pairs(np.asarray(v, float), np.asarray(r, float)) for v, r in zip(values, replicates, strict=True)
    ]
    found, critical = _step_down(datasets, level)
    return PairTests(
        [_unsorted(higher | d.certain, d.order) for d, higher in zip(datasets, found, strict=True)],
        [_unsorted(d.std_errors + d.std_errors.T, d.order) for d in datasets],
        critical,
    )


def _pairs(values: Array, replicates: Array) -> _Pairs:
    if np.isnan(values).any() or np.isnan(replicates).any():
        raise ValueError("Entries without a value or without replicates cannot be compared.")
    order = np.argsort(-values, kind="stable")
    differences = np.triu(np.subtract.outer(values[order], values[order]))
    centred = (replicates - replicates.mean(axis=1, keepdims=True))[order].astype(np.float32)
    errors = _errors_of_differences(centred)
    smallest = _RESOLUTION * np.abs(replicates).max(initial=0)
    errors[errors < smallest] = 0
    weights = np.divide(1, errors, out=np.zeros_like(errors), where=errors > 0)
    certain = (errors == 0) & (differences > 10 * smallest)
    return _Pairs(order, differences, errors, weights, certain, centred)


def _unsorted(pairs: NDArray, order: Integers) -> NDArray:
    """Return an array of pairs (m, m) in the order of the entries before they were sorted."""
    found = np.empty_like(pairs)
    found[np.ix_(order, order)] = pairs
    return found


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


def _step_down(datasets: Sequence[_Pairs], level: float) -> tuple[list[Booleans], float]:
    """Return the significant pairs i < j of each dataset, and the critical value of the first step."""
    found = [np.zeros(d.weights.shape, bool) for d in datasets]
    extremes = [_extreme_statistics(d, d.weights > 0) for d in datasets]
    largest = [highest for highest, _ in extremes]
    # "j is higher than i" is never found, so these pairs are tested in every step
    reverse = np.max([-lowest for _, lowest in extremes], axis=0)
    first = critical = float(np.quantile(np.maximum(np.max(largest, axis=0), reverse), level))
    while True:
        now = [d.differences * d.weights > critical for d in datasets]
        changed = [i for i, (new, old) in enumerate(zip(now, found, strict=True)) if (new != old).any()]
        if not changed:
            return found, first
        found = now
        for i in changed:
            largest[i], _ = _extreme_statistics(datasets[i], (datasets[i].weights > 0) & ~found[i])
        critical = float(np.quantile(np.maximum(np.max(largest, axis=0), reverse), level))


def _extreme_statistics(dataset: _Pairs, pairs: Booleans) -> tuple[Array, Array]:
    """Return the largest statistic of the pairs in each replicate, (B,), at least 0, and the lowest, at most 0."""
    largest, lowest = np.zeros((2, dataset.centred.shape[1]), np.float32)
    weights = dataset.weights.astype(np.float32)
    for one, others in enumerate(pairs):
        if others.any():
            statistics = dataset.centred[one] - dataset.centred[others]
            statistics *= weights[one, others, None]
            np.maximum(largest, statistics.max(axis=0), out=largest)
            np.minimum(lowest, statistics.min(axis=0), out=lowest)
    return largest, lowest
