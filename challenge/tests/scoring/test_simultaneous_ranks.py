"""Simultaneous inference on all entries: significant pairs, the group of the leader, and rank sets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.scoring.statistics.all_pairs import compare_all_pairs, significantly_higher
from challenge.scoring.statistics.critical_difference import nemenyi_quantile
from challenge.scoring.statistics.rank_inference import leaders_group, rank_sets
from challenge.scoring.statistics.ranking import rank
from challenge.tests.scoring.replicates import correlated_entries, independent_entries


def by_loops(datasets: list[tuple[np.ndarray, np.ndarray]], level: float) -> list[np.ndarray]:
    """Run the procedure literally: every ordered pair of every dataset, one after another."""
    largest: dict[tuple[int, int, int], np.ndarray] = {}
    statistic = {}
    for d, (values, replicates) in enumerate(datasets):
        for i in range(len(values)):
            for j in range(len(values)):
                differences = replicates[i] - replicates[j]
                if differences.std() > 0:
                    largest[d, i, j] = (differences - differences.mean()) / differences.std(ddof=1)
                    statistic[d, i, j] = (values[i] - values[j]) / differences.std(ddof=1)
    found: set[tuple[int, int, int]] = set()
    while len(found) < len(largest):
        critical = np.quantile(np.max([largest[p] for p in largest if p not in found], axis=0), level)
        now = {pair for pair in statistic if statistic[pair] > critical}
        if now == found:
            break
        found = now
    return [
        np.array([[(d, i, j) in found for j in range(len(values))] for i in range(len(values))])
        for d, (values, _) in enumerate(datasets)
    ]


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), st.sampled_from([0.8, 0.9, 0.95]), st.booleans())
def test_the_procedure_as_it_is_written(seed, m, level, with_twins):
    values, replicates = correlated_entries(seed, m, n_replicates=60)
    if with_twins:
        values, replicates = np.append(values, values[0]), np.vstack([replicates, replicates[:1]])
    (expected,) = by_loops([(values, replicates)], level)
    assert (significantly_higher(values, replicates, level) == expected).all()


@settings(deadline=None)
@given(
    st.integers(0, 10**6), st.lists(st.integers(1, 5), min_size=2, max_size=4), st.sampled_from([0.8, 0.95])
)
def test_pairs_of_several_datasets_are_tested_together(seed, sizes, level):
    datasets = [correlated_entries(seed + d, m, n_replicates=60) for d, m in enumerate(sizes)]
    found = compare_all_pairs([v for v, _ in datasets], [r for _, r in datasets], level)
    for higher, expected in zip(found.higher, by_loops(datasets, level), strict=True):
        assert (higher == expected).all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(2, 5), min_size=1, max_size=4))
def test_all_intervals_hold_together_in_the_share_of_the_level(seed, sizes):
    """In 95 % of the replicates, no centred difference leaves its interval, whose width is twice the critical value."""
    datasets = [correlated_entries(seed + d, m, n_replicates=400) for d, m in enumerate(sizes)]
    tests = compare_all_pairs([v for v, _ in datasets], [r for _, r in datasets])
    within = np.ones(400, bool)
    for (_, replicates), errors in zip(datasets, tests.std_errors, strict=True):
        for i, j in zip(*np.triu_indices(len(replicates), k=1), strict=True):
            differences = replicates[i] - replicates[j]
            assert errors[i, j] == errors[j, i] == pytest.approx(differences.std(ddof=1), rel=1e-5)
            within &= np.abs(differences - differences.mean()) <= tests.critical * errors[i, j] * (1 + 1e-5)
    assert within.mean() == pytest.approx(0.95, abs=0.005)


def test_a_pair_alone_has_the_normal_critical_value():
    tests = compare_all_pairs(
        [np.zeros(2)], [independent_entries(np.zeros(2), np.ones(2), n_replicates=100_000)]
    )
    assert tests.critical == pytest.approx(1.96, abs=0.02)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8), st.randoms())
def test_the_order_of_the_entries_does_not_matter(seed, m, random):
    values, replicates = correlated_entries(seed, m, n_replicates=80)
    order = random.sample(range(m), m)
    assert (rank_sets(values[order], replicates[order]) == rank_sets(values, replicates)[order]).all()
    group = leaders_group(values, replicates)
    assert (leaders_group(values[order], replicates[order]) == group[order]).all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_sets_hold_the_ranks_of_the_values_and_groups_the_leader(seed, m):
    values, replicates = correlated_entries(seed, m, n_replicates=80)
    low, high = rank_sets(values, replicates).T
    assert all(a <= r <= b for a, r, b in zip(low, rank(values.tolist()), high, strict=True))
    assert leaders_group(values, replicates)[values == values.max()].all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8))
def test_a_constant_for_all_changes_nothing(seed, m):
    values, replicates = correlated_entries(seed, m, n_replicates=80)
    higher = significantly_higher(values, replicates)
    assert (significantly_higher(values + 8, replicates + 8) == higher).all()


@pytest.mark.parametrize("m", [2, 5, 20])
def test_the_critical_value_is_the_studentized_range_of_independent_entries(m):
    """One entry leads m - 1 equal entries, by just less and by just more than the quantile of Nemenyi's test."""
    errors = np.full(m, 0.01)
    critical = nemenyi_quantile(m) * np.sqrt(2) * 0.01
    for factor, found in [(0.98, False), (1.02, True)]:
        values = np.where(np.arange(m) == 1, 0.9, 0.9 - factor * critical)
        group = leaders_group(values, independent_entries(values, errors))
        assert group.tolist() == [i == 1 or not found for i in range(m)]


def test_the_more_entries_the_larger_a_difference_must_be():
    values = np.array([0.9, *[0.865] * 19])  # 2.47 standard errors: enough for two entries, not for twenty
    replicates = independent_entries(values, np.full(20, 0.01))
    assert leaders_group(values[:2], replicates[:2]).tolist() == [True, False]
    assert leaders_group(values, replicates).all()


def test_a_common_error_does_not_blur_a_difference():
    """Pairing: a test set that is hard for all entries does not change their differences."""
    rng = np.random.default_rng(0)
    values = np.array([0.9, 0.89, 0.8])
    common, own = 0.05 * rng.normal(size=(1, 1000)), 0.002 * rng.normal(size=(3, 1000))
    assert rank_sets(values, values[:, None] + common + own).tolist() == [[1, 1], [2, 2], [3, 3]]
    alone = values[:, None] + 0.05 * rng.normal(size=(3, 1000))
    assert rank_sets(values, alone).tolist() == [[1, 3], [1, 3], [1, 3]]


def test_equal_predictions_never_differ():
    """This holds also if rounding changes the last digits of covariances."""
    values, replicates = correlated_entries(0, m=6)
    twice = np.repeat(replicates, 2, axis=0).astype(np.float32)
    higher = significantly_higher(np.repeat(values, 2), twice)
    assert not higher[np.arange(0, 12, 2), np.arange(1, 12, 2)].any()
    assert not higher[np.arange(1, 12, 2), np.arange(0, 12, 2)].any()
    assert (higher[::2, ::2] == higher[1::2, 1::2]).all()


@pytest.mark.parametrize(
    ("values", "group"),
    [
        ([0.9, 0.9, 0.9], [True, True, True]),
        ([0.9, 0.9 - 1e-13, 0.9], [True, True, True]),  # rounding
        ([0.9, 0.9, 0.89], [True, True, False]),
        ([0.88, 0.9, 0.89], [False, True, False]),
        ([0.0, 0.0, 0.0], [True, True, True]),
    ],
)
def test_constant_differences_are_significant_unless_they_are_0(values, group):
    replicates = (
        np.repeat(np.random.default_rng(0).normal(size=(1, 200)), 3, axis=0) + np.array(values)[:, None]
    )
    assert leaders_group(values, replicates).tolist() == group
    constant = np.repeat(np.array(values)[:, None], 200, axis=1)
    assert leaders_group(values, constant).tolist() == group


def test_entries_that_share_the_highest_value_lead_together():
    """The third entry is far below the precise leader, but not below the second, whose replicates are noise."""
    rng = np.random.default_rng(0)
    values = np.array([0.9, 0.9, 0.85])
    replicates = values[:, None] + np.array([[0.1], [0.001], [0.001]]) * rng.normal(size=(3, 1000))
    assert leaders_group(values, replicates).tolist() == [True, True, False]
    assert leaders_group(values[[0, 2]], replicates[[0, 2]]).all()


def test_the_group_is_that_of_the_leader_whoever_else_is_higher():
    """The third entry is far below the precise second, but not significantly below the noisy leader."""
    rng = np.random.default_rng(0)
    values = np.array([0.92, 0.9, 0.85])
    replicates = values[:, None] + np.array([[0.1], [0.001], [0.001]]) * rng.normal(size=(3, 1000))
    assert leaders_group(values, replicates).all()
    assert rank_sets(values, replicates).tolist() == [[1, 3], [1, 2], [2, 3]]


@pytest.mark.parametrize(
    ("values", "replicates"),
    [([0.9, np.nan], [[0.9, 0.8], [0.8, 0.7]]), ([0.9, 0.8], [[0.9, 0.8], [0.8, np.nan]])],
)
def test_what_cannot_be_compared_is_refused(values, replicates):
    with pytest.raises(ValueError, match="cannot be compared"):
        significantly_higher(values, np.array(replicates))


@pytest.mark.parametrize("m", [0, 1])
def test_without_others_there_is_nothing_to_tell_apart(m):
    values, replicates = np.full(m, 0.9), np.full((m, 50), 0.9)
    assert leaders_group(values, replicates).tolist() == [True] * m
    assert rank_sets(values, replicates).tolist() == [[1, 1]] * m
