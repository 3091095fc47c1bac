"""Ranks of a leaderboard, as a table of cases."""

import math

import pytest

from challenge.scoring.statistics.ranking import rank

NAN = math.nan


@pytest.mark.parametrize(
    ("values", "ranks"),
    [
        ([], []),
        ([0.5], [1]),
        ([0.9, 0.8, 0.7], [1, 2, 3]),
        ([0.7, 0.9, 0.8], [3, 1, 2]),
        ([0.9, 0.8, 0.8, 0.7], [1, 2, 2, 4]),
        ([0.8, 0.7, 0.8, 0.9, 0.8], [2, 5, 2, 1, 2]),
        ([0.5, 0.5, 0.5], [1, 1, 1]),
        ([None, 0.5, None, 0.6], [None, 2, None, 1]),
        ([NAN, 0.5, NAN, 0.6], [None, 2, None, 1]),
        ([None, NAN], [None, None]),
        ([0.0, -0.0, -0.5], [1, 1, 3]),
        ([0.1 + 0.2, 0.3], [1, 2]),
        ([1, 0], [1, 2]),
    ],
)
def test_ranks(values, ranks):
    assert rank(values) == ranks
