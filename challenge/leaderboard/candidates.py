"""Rows that the filters show as plain arrays, so that thousands of them are ranked by any mean in milliseconds."""

import gc
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from numpy.typing import NDArray

from challenge.leaderboard.filters import Filters, usual_rankings
from challenge.leaderboard.ranking import boards, whose_row
from challenge.leaderboard.store import Result
from challenge.models import Versions, ranked_versions
from challenge.results.over_datasets import stored_score_table
from challenge.results.rows import Kind, Row, RowKey

Integers = NDArray[np.integer]


@dataclass(frozen=True)
class Candidates:
    """All entries and published methods, also entries that do not represent their team, as arrays of one length.

    Entries come first, the oldest first.
    """

    #: Versions behind the scores.
    versions: Versions | None
    kinds: NDArray[np.str_]
    pks: Integers
    #: Number of the team; each baseline and each published method has a number of its own.
    teams: Integers
    #: True if the team chose the entry to represent it.
    chosen: NDArray[np.bool_]
    #: Time at which it was submitted, or the day while its team is hidden; infinite for published methods.
    times: NDArray[np.floating]
    #: Ranks on the official leaderboard with the same filters; 0 without a rank there.
    official_ranks: Integers
    #: Scores on the datasets, (m, 12); NaN for a missing score.
    scores: NDArray[np.floating]

    def keys(self, places: Iterable[int]) -> list[RowKey]:
        """Return the keys of the rows at some places."""
        return [RowKey(Kind(str(self.kinds[place])), int(self.pks[place])) for place in places]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Pause the search for cyclic garbage: it would walk through the new rows again and again, for half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_no_garbage_collection()
def _candidates(parameters: QueryDict) -> Candidates:
    filters = Filters.from_query(parameters)
    versions = ranked_versions()
    board = boards(filters, [filters.resolution], versions)[filters.resolution]
    rows = [*board.entries, *(row for row in board.rows if row.method)]
    official = {row.key: row.rank or 0 for row in board.rows}
    return Candidates(
        versions=versions,
        kinds=np.array([row.key.kind.value for row in rows], dtype=str),
        pks=np.array([row.key.pk for row in rows], dtype=int),
        teams=_numbered(whose_row(row) for row in rows),
        chosen=np.array([row.is_chosen for row in rows], dtype=bool),
        times=np.array([_time(row) for row in rows], dtype=float),
        official_ranks=np.array([official.get(row.key, 0) for row in rows], dtype=int),
        scores=stored_score_table(rows, filters.metric),
    )


CANDIDATES = Result("candidates", _candidates, usual=usual_rankings)


def _numbered(values: Iterable[Hashable]) -> Integers:
    """Return a number for each value, the same for equal values."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=int)


def _time(row: Row) -> float:
    return row.submitted_at.timestamp() if row.submitted_at else np.inf
