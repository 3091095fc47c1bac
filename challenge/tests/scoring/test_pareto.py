"""Pareto front of costs and values, compared with the definition applied to all pairs."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.scoring.statistics.pareto import pareto_front

#: Few different numbers, so that many points are equal in one or both of them.
POINTS = st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.5, 10.0]), st.sampled_from([0.1, 0.5, 0.5001, 0.9])))


def front_of(points: Sequence[tuple[float, float]]) -> list[int]:
    return pareto_front([cost for cost, _ in points], [value for _, value in points])


def is_beaten(point: tuple[float, float], other: tuple[float, float]) -> bool:
    return other[0] <= point[0] and other[1] >= point[1] and other != point


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([], []),
        ([(5, 0.5)], [0]),
        ([(10, 0.9), (5, 0.5)], [1, 0]),
        ([(5, 0.9), (10, 0.5)], [0]),
        ([(5, 0.9), (10, 0.9)], [0]),  # the same value for more
        ([(5, 0.8), (5, 0.9)], [1]),  # a higher value for the same
        ([(5, 0.9), (5, 0.9), (1, 0.2)], [2, 0, 1]),  # equal points
    ],
)
def test_the_front(points, front):
    assert front_of(points) == front


@given(POINTS)
def test_the_front_has_the_points_that_no_other_beats(points):
    front = front_of(points)
    assert set(front) == {
        place for place, one in enumerate(points) if not any(is_beaten(one, other) for other in points)
    }
    assert len(set(front)) == len(front)
    assert [points[place] for place in front] == sorted(points[place] for place in front)
