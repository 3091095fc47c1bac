"""Other ways to rank entries over several datasets than by the mean of their scores.

`scores` is (m, D): m entries, D datasets, higher is better, NaN where an entry has no score. An entry that lacks a
dataset has no aggregate (NaN), since what it would be compared on is not the same; on the datasets that it has, it
still counts in the ranks and wins of the others. `ranking.rank` turns aggregates into ranks: as they are where
higher is better, with their sign changed where lower is (mean ranks).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .intervals import LEVEL
from .rank_inference import significantly_higher
from .ranking import rank

Array = NDArray[np.floating]
Integers = NDArray[np.integer]


def mean_ranks(scores: ArrayLike) -> Array:
    """Return the mean over the datasets of each entry's rank on them, (m,); lower is better.

    On each dataset the entries that have it are ranked: 1 is the highest, equal ones share the mean of their ranks.
    """
    values = np.asarray(scores, dtype=float)
    return np.mean([_shared_ranks(column) for column in values.T], axis=0)


def _shared_ranks(values: Array) -> Array:
    """Rank values, as `critical_difference.ranks_by_dataset` does, but by sorting: boards have thousands of entries."""
    ordered = np.sort(-values[~np.isnan(values)])
    higher = np.searchsorted(ordered, -values, side="left")
    not_lower = np.searchsorted(ordered, -values, side="right")
    return np.where(np.isnan(values), np.nan, (higher + 1 + not_lower) / 2)


def mean_rank_over_metrics(scores_by_metric: ArrayLike) -> Array:
    """Return the mean over metrics of each entry's rank by them, (m,), from (m, metrics); lower is better.

    The benchmark's three metrics are AUC, balanced accuracy and Cohen's kappa, each the mean over the datasets.
    """
    return mean_ranks(scores_by_metric)


def wins_by_test(scores: ArrayLike, replicates: Array, level: float = LEVEL) -> Array:
    """Return how many entries each one beats significantly, summed over the datasets, (m,); higher is better.

    This is the "test-then-rank" of challengeR (Wiesenfarth et al. 2021, "Methods and open-source toolkit for
    analyzing and visualizing challenge results", Scientific Reports 11:2369), with paired bootstrap replicates
    (m, D, B) for its tests by image. Within a dataset all pairs are tested at once (`significantly_higher`). What has
    NaN among its replicates (a published result has none) is not tested, and has no wins (NaN).
    """
    values = np.asarray(scores, dtype=float)
    wins = np.full(values.shape, np.nan)
    for dataset, column in enumerate(values.T):
        there = ~np.isnan(column) & ~np.isnan(replicates[:, dataset]).any(axis=1)
        beats = significantly_higher(column[there], replicates[there, dataset], level)
        wins[there, dataset] = beats.sum(axis=1)
    return wins.sum(axis=1)


def worst_dataset(scores: ArrayLike) -> tuple[Array, Integers]:
    """Return each entry's lowest score, (m,), and the index of its dataset, (m,): the first such, -1 without scores."""
    values = np.asarray(scores, dtype=float)
    incomplete = np.isnan(values).any(axis=1)
    worst = values.min(axis=1)
    return worst, np.where(incomplete, -1, np.argmin(values, axis=1))


def leave_one_out_rank_range(scores: ArrayLike) -> Array:
    """Return the best and the worst rank by the mean when each dataset in turn is left out, (m, 2).

    Entries that lack a dataset are left out of all these rankings, also of the one without it.
    """
    values = np.array(scores, dtype=float)
    values[np.isnan(values).any(axis=1)] = np.nan
    means = [np.delete(values, dataset, axis=1).mean(axis=1) for dataset in range(values.shape[1])]
    ranks = np.array([rank(mean.tolist()) for mean in means], dtype=float)  # None becomes NaN
    return np.column_stack([ranks.min(axis=0), ranks.max(axis=0)])


def grouped_mean(scores: ArrayLike, groups: Sequence[Sequence[int]]) -> Array:
    """Return the mean over the datasets in which those of a group count as one together, (m,).

    `groups` are lists of columns; a dataset that is in none counts as one. Groups are for datasets of one source:
    OrganAMNIST, OrganCMNIST and OrganSMNIST are views of the same CT scans. Raises `ValueError` if groups overlap.
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
    """Return the score of the Visual Domain Decathlon, (m,), from accuracies (m, D) and those of a baseline (D,).

    S is the sum over the datasets of 1000 E_max^-2 max(0, E_max - E)^2, where E is the error (1 - accuracy) and
    E_max is twice the baseline's (Rebuffi, Bilen and Vedaldi 2017, "Learning multiple visual domains with residual
    adapters", NeurIPS). A dataset gives 1000 points without an error, 250 at the baseline, and none at twice its
    error and beyond, so that a method must do well everywhere. Where the baseline makes no error, only an entry
    without one gets points: the 1000.
    """
    error = 1 - np.asarray(accuracy, dtype=float)
    largest = 2 * (1 - np.asarray(baseline_accuracy, dtype=float))
    used_up = np.divide(error, largest, out=np.where(error > 0, 1, error), where=largest > 0)
    return (1000 * np.maximum(0, 1 - used_up) ** 2).sum(axis=1)
