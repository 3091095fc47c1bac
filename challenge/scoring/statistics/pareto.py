"""Pareto front: the points that no other point beats in both of two aims."""

from collections.abc import Sequence
from itertools import groupby


def pareto_front(costs: Sequence[float], values: Sequence[float]) -> list[int]:
    """Return the places of the points on the front, by increasing cost; lower costs and higher values are better.

    A point is on the front if no point with at most its cost has a higher value, and no cheaper point has the same
    value. Equal points are on it together.
    """
    order = sorted(range(len(costs)), key=lambda place: costs[place])
    front: list[int] = []
    best = float("-inf")
    for _, group in groupby(order, key=lambda place: costs[place]):
        places = list(group)
        highest = max(values[place] for place in places)
        if highest > best:
            front += [place for place in places if values[place] == highest]
            best = highest
    return front
