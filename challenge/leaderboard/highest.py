"""Highest rows of a leaderboard, to choose from."""

from typing import NamedTuple

from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import Result
from challenge.models import ranked_versions
from challenge.results.rows import Row

#: Number of rows: enough that a form can leave out those that are chosen already.
MOST = 90


class Choice(NamedTuple):
    """A row to choose."""

    key: str
    rank: int | None
    label: str

    @classmethod
    def of(cls, row: Row) -> "Choice":
        """Return a row of a ranking as a choice."""
        return cls(str(row.key), row.rank, row.label)


def _highest(parameters: QueryDict) -> list[Choice]:
    rows = leaderboard(Filters.from_query(parameters), ranked_versions())[:MOST]
    return [Choice.of(row) for row in rows]


HIGHEST = Result("highest", _highest)
