"""Ranks within bootstrap replicates, and ranges of ranks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from challenge.scoring.statistics.rank_inference import rank_ranges, rank_replicates
from challenge.scoring.statistics.ranking import rank

#: Few different values, so that many values are equal.
LEVELS = st.sampled_from([0.25, 0.5, 0.75, 1.0])
REPLICATES = arrays.arrays(np.float32, st.tuples(st.integers(1, 7), st.integers(1, 70)), elements=LEVELS)
FIXED = st.lists(LEVELS | st.just(np.nan), max_size=10)


@pytest.mark.parametrize(
    ("replicates", "fixed", "ranks"),
    [
        ([[0.9], [0.8], [0.7]], [], [[1], [2], [3]]),
        ([[0.7], [0.9], [0.9]], [], [[3], [1], [1]]),
        ([[0.9, 0.1], [0.8, 0.3], [0.8, 0.2]], [], [[1, 3], [2, 1], [2, 2]]),
        ([[0.9, 0.1], [0.8, 0.3]], [0.85], [[1, 3], [3, 2]]),
        ([[0.5], [0.25]], [0.5, 0.5], [[1], [4]]),
        ([[0.9], [0.7]], [0.8, np.nan], [[1], [3]]),
    ],
)
def test_ranks(replicates, fixed, ranks):
    assert rank_replicates(np.array(replicates), fixed).tolist() == ranks


@settings(deadline=None)
@given(REPLICATES, FIXED)
def test_each_replicate_is_ranked_as_a_leaderboard(replicates, fixed):
    ranks = rank_replicates(replicates, fixed)
    for column, ranked in zip(replicates.T, ranks.T, strict=True):
        assert ranked.tolist() == rank([*column.tolist(), *fixed])[: len(replicates)]


@settings(deadline=None)
@given(REPLICATES, FIXED, st.randoms())
def test_the_order_of_the_entries_does_not_matter(replicates, fixed, random):
    order = random.sample(range(len(replicates)), len(replicates))
    assert (rank_replicates(replicates[order], fixed) == rank_replicates(replicates, fixed)[order]).all()


@settings(deadline=None)
@given(REPLICATES)
def test_a_constant_for_all_changes_no_rank(replicates):
    assert (rank_replicates(replicates + 2) == rank_replicates(replicates)).all()


def test_a_fixed_value_is_compared_as_precisely_as_it_is_given():
    """A float32 replicate and a float64 value that look the same are not equal."""
    replicate = np.array([[0.9]], dtype=np.float32)  # 0.89999998
    assert rank_replicates(replicate, [0.9]).tolist() == [[2]]
    assert rank_replicates(replicate, [0.9, 0.9, replicate.item()]).tolist() == [[3]]


@pytest.mark.parametrize(
    ("ranks", "level", "expected"),
    [
        ([3] * 100, 0.95, [3, 3]),
        (range(1, 1001), 0.95, [25, 976]),
        (range(1, 1001), 0.9, [50, 951]),
        # With 100 replicates, the quantile at 0.975 lies between the 97th and the 98th: the 98th is taken.
        ([1] * 98 + [2] * 2, 0.95, [1, 1]),
        ([1] * 97 + [2] * 3, 0.95, [1, 2]),
        ([1] * 3 + [2] * 97, 0.95, [1, 2]),
        ([1] * 2 + [2] * 98, 0.95, [2, 2]),
        ([1] * 2 + [2] * 98, 0.9, [2, 2]),
    ],
)
def test_ranges(ranks, level, expected):
    both = np.array([list(ranks), list(ranks)[::-1]])
    ranges = rank_ranges(both, level)
    assert np.issubdtype(ranges.dtype, np.integer)
    assert ranges.tolist() == [expected, expected]


@settings(deadline=None)
@given(
    arrays.arrays(np.int32, st.tuples(st.integers(1, 4), st.integers(1, 60)), elements=st.integers(1, 6)),
    st.floats(0.5, 0.99),
)
def test_at_least_the_level_lies_within(ranks, level):
    low, high = rank_ranges(ranks, level).T[:, :, None]
    assert (((low <= ranks) & (ranks <= high)).mean(axis=1) >= level).all()
