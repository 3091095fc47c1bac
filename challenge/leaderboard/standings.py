"""Standings: a ranking as columns, so that thousands of rows are read and searched in milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import Result
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import GroundTruth
from challenge.results.facts import facts_of_rows
from challenge.results.rows import Row


@dataclass(frozen=True)
class Standing:
    """Rank of a row among all rows of the ranking; None for what is not known."""

    rank: int | None
    rank_range: tuple[int, int] | None
    rank_range_over_datasets: tuple[int, int] | None
    #: True if the row cannot be distinguished from the leader; None if it was not compared.
    is_with_leader: bool | None


@dataclass(frozen=True)
class Standings:
    """Rows in order of rank, n of them; ranges (n, 2) and ranks are 0 where they are not known."""

    keys: Sequence[str]
    ranks: np.ndarray
    ranges: np.ndarray
    ranges_over_datasets: np.ndarray
    #: 1 with the leader, 0 lower, -1 not compared.
    with_leader: np.ndarray
    #: Names of method and team, for the search.
    names: Sequence[str]
    #: In millions; NaN if a row does not state them.
    parameters: np.ndarray
    families: np.ndarray
    pretraining: np.ndarray
    with_study: np.ndarray

    def __getitem__(self, place: int) -> Standing:
        leader = int(self.with_leader[place])
        return Standing(
            int(self.ranks[place]) or None,
            _range(self.ranges[place]),
            _range(self.ranges_over_datasets[place]),
            None if leader < 0 else bool(leader),
        )


def _range(ends: np.ndarray) -> tuple[int, int] | None:
    low, high = ends.tolist()
    return (low, high) if low else None


def standings_of(rows: Sequence[Row]) -> Standings:
    """Return the columns of ranked rows with ranges."""
    facts = facts_of_rows(rows)
    return Standings(
        [str(row.key) for row in rows],
        np.array([row.rank or 0 for row in rows], dtype=np.int32),
        np.array([row.rank_range or (0, 0) for row in rows], dtype=np.int32).reshape(-1, 2),
        np.array([row.rank_range_over_datasets or (0, 0) for row in rows], dtype=np.int32).reshape(-1, 2),
        np.array([-1 if row.is_with_leader is None else row.is_with_leader for row in rows], dtype=np.int8),
        [f"{row.name}\n{row.team_name or ''}".casefold() for row in rows],
        np.array([one["parameters_millions"] or np.nan for one in facts], dtype=float),
        np.array([one["family"] or "" for one in facts]),
        np.array([one["pretraining"] or "" for one in facts]),
        np.array([bool(row.study_url) for row in rows], dtype=bool),
    )


def _standings(parameters: QueryDict) -> Standings:
    filters = Filters.from_query(parameters)
    rows = leaderboard(filters, GroundTruth.objects.active())
    return standings_of(with_rank_ranges(rows, filters.metric))


STANDINGS = Result("standings", _standings)
