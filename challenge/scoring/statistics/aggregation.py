"""Alternatives to the mean score for ranking entries over several datasets.

`scores` is (m, D): m entries, D datasets, higher is better, NaN where an entry has no score. An entry with a missing
dataset has no aggregate (NaN), because it could not be compared on the same datasets. On its other datasets, it still
counts in the ranks and wins of the other entries. `ranking.rank` turns aggregates into ranks; change the sign of
aggregates that are better when lower (mean ranks).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .all_pairs import compare_all_pairs
from .intervals import LEVEL
from .ranking import rank

Array = NDArray[np.floating]
Integers = NDArray[np.integer]


def mean_ranks(scores: ArrayLike) -> Array:
    """Return the mean rank of each entry over the datasets, (m,); lower is better.

    Each dataset ranks the entries that have a score on it: 1 is the highest, and ties share the mean of their ranks.
    """
    values = np.asarray(scores, dtype=float)
    return np.mean([_shared_ranks(column) for column in values.T], axis=0)


def _shared_ranks(values: Array) -> Array:
    """Rank values like `critical_difference.ranks_by_dataset`, but by sorting, to be fast for thousands of entries."""
    ordered = np.sort(-values[~np.isnan(values)])
    higher = np.searchsorted(ordered, -values, side="left")
    not_lower = np.searchsorted(ordered, -values, side="right")
    return np.where(np.isnan(values), np.nan, (higher + 1 + not_lower) / 2)


def mean_rank_over_metrics(scores_by_metric: ArrayLike) -> Array:
    """Return the mean rank of each entry over the metrics, (m,), from (m, metrics); lower is better.

    The benchmark's three metrics are AUC, balanced accuracy and Cohen's kappa, each averaged over the datasets.
    """
    return mean_ranks(scores_by_metric)


def wins_by_test(scores: ArrayLike, replicates: Array, level: float = LEVEL) -> Array:
    """Return the number of significant wins of each entry, summed over the datasets, (m,); higher is better.

    This is "test-then-rank" of challengeR (Wiesenfarth et al. 2021, "Methods and open-source toolkit for analyzing and
    visualizing challenge results", Scientific Reports 11:2369). Paired bootstrap replicates (m, D, B) replace its tests
    by image. All pairs of all datasets are tested at once (`all_pairs`). An entry with NaN among its replicates (a
    published result has none) is not tested, and has no wins (NaN).
    """
    values = np.asarray(scores, dtype=float)
    wins = np.full(values.shape, np.nan)
    there = ~np.isnan(values) & ~np.isnan(replicates).any(axis=2)
    tests = compare_all_pairs(
        [column[tested] for column, tested in zip(values.T, there.T, strict=True)],
        [replicates[tested, dataset] for dataset, tested in enumerate(there.T)],
        level,
    )
    for dataset, higher in enumerate(tests.higher):
        wins[there[:, dataset], dataset] = higher.sum(axis=1)
    return wins.sum(axis=1)


def worst_dataset(scores: ArrayLike) -> tuple[Array, Integers]:
    """Return each entry's lowest score, (m,), and the index of its dataset, (m,).

    Of several lowest scores, the first dataset counts. The index is -1 if a score is missing.
    """
    values = np.asarray(scores, dtype=float)
    incomplete = np.isnan(values).any(axis=1)
    worst = values.min(axis=1)
    return worst, np.where(incomplete, -1, np.argmin(values, axis=1))


def leave_one_out_rank_range(scores: ArrayLike) -> Array:
    """Return the best and the worst rank by the mean when each dataset in turn is left out, (m, 2).

    An entry with a missing dataset is left out of all these rankings, even of the ranking without that dataset.
    """
    values = np.array(scores, dtype=float)
    values[np.isnan(values).any(axis=1)] = np.nan
    means = [np.delete(values, dataset, axis=1).mean(axis=1) for dataset in range(values.shape[1])]
    ranks = np.array([rank(mean.tolist()) for mean in means], dtype=float)  # None becomes NaN
    return np.column_stack([ranks.min(axis=0), ranks.max(axis=0)])


def grouped_mean(scores: ArrayLike, groups: Sequence[Sequence[int]]) -> Array:
    """Return the mean over the datasets, where each group of datasets counts as one dataset, (m,).

    `groups` are lists of columns, for example `Benchmark.blocks`; a dataset in no group counts as one. Raises
    `ValueError` if groups overlap.
    """
    values = np.asarray(scores, dtype=float)
    grouped = [dataset for group in groups for dataset in group]
    if len(set(grouped)) < len(grouped):
        raise ValueError(f"A dataset is in two groups: {groups}")
    weights = np.ones(values.shape[1])
    for group in groups:
        weights[list(group)] = 1 / len(group)
    return np.average(values, axis=1, weights=weights)


def decathlon_score(accuracy: ArrayLike, baseline_accuracy: ArrayLike) -> Array:
    """Return the Visual Domain Decathlon score, (m,), from the accuracies of entries (m, D) and a baseline (D,).

    S is the sum over the datasets of 1000 E_max^-2 max(0, E_max - E)^2. E is the error (1 - accuracy), and E_max is
    twice the baseline's error (Rebuffi, Bilen and Vedaldi 2017, "Learning multiple visual domains with residual
    adapters", NeurIPS). A dataset gives 1000 points for zero error, 250 for the baseline's error, and none from twice
    that error on. A method must therefore do well everywhere. If the baseline makes no error, only an entry without an
    error gets points: 1000.
    """
    error = 1 - np.asarray(accuracy, dtype=float)
    largest = 2 * (1 - np.asarray(baseline_accuracy, dtype=float))
    used_up = np.divide(error, largest, out=np.where(error > 0, 1, error), where=largest > 0)
    return (1000 * np.maximum(0, 1 - used_up) ** 2).sum(axis=1)
