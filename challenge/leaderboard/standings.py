"""Standings: a ranking as columns, so that thousands of rows are read and searched in milliseconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from numpy.typing import NDArray

from challenge.leaderboard.filters import Filters, usual_rankings
from challenge.leaderboard.headline import headline
from challenge.leaderboard.lines import Ranked, Standing, headless_line, standing_of
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.selection import Searchable
from challenge.leaderboard.store import Result
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import Versions, mark_of, ranked_versions
from challenge.results.facts import facts_of_rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Standings(Searchable):
    """The rows of a ranking in order of rank, as columns of equal length, and what is said about all of them.

    Two are equal only if they are one: pages made from them are kept by them.
    """

    #: Mark of the versions behind the ranks.
    scored_by: str
    headline: str
    n_compared: int
    n_with_leader: int
    has_entries: bool
    #: Place of the highest row that was compared: the leader.
    leader: int | None
    keys: NDArray[np.bytes_]
    #: The fields of `Standing`; ranks (n,) and ranges (n, 2) are 0 where they are not known.
    ranks: NDArray[np.integer]
    images: NDArray[np.integer]
    datasets: NDArray[np.integer]
    with_leader: NDArray[np.bool_]
    compared: NDArray[np.bool_]

    def standing(self, place: int) -> Standing:
        """Return the standing of the row at a place."""
        return Standing(
            int(self.ranks[place]) or None,
            _ends(self.images[place]),
            _ends(self.datasets[place]),
            is_with_leader=bool(self.with_leader[place]),
            is_compared=bool(self.compared[place]),
        )


def _ends(ends: NDArray[np.integer]) -> tuple[int, int] | None:
    low, high = ends.tolist()
    return (low, high) if low else None


def _ranges(ends: Iterable[tuple[int, int] | None]) -> NDArray[np.integer]:
    return np.array([one or (0, 0) for one in ends], np.int32).reshape(-1, 2)


def standings_of(ranked: Sequence[Ranked], metric: str, versions: Versions | None) -> Standings:
    """Return the columns of rows in order of rank."""
    standings, lines = [row.standing for row in ranked], [row.line for row in ranked]
    compared = [one.is_compared for one in standings]
    return Standings(
        scored_by=mark_of(versions),
        headline=headline(ranked, metric),
        n_compared=sum(compared),
        n_with_leader=sum(one.is_with_leader for one in standings),
        has_entries=any(not line.is_published for line in lines),
        leader=compared.index(True) if any(compared) else None,
        keys=np.array([line.key for line in lines], dtype=bytes),
        ranks=np.array([one.rank or 0 for one in standings], dtype=np.int32),
        images=_ranges(one.images for one in standings),
        datasets=_ranges(one.datasets for one in standings),
        with_leader=np.array([one.is_with_leader for one in standings], dtype=bool),
        compared=np.array(compared, dtype=bool),
        words="\n".join(line.words for line in lines),
        parameters=np.array([line.parameters for line in lines], dtype=float),
        family=np.array([line.family or "" for line in lines], dtype=bytes),
        pretraining=np.array([line.pretraining or "" for line in lines], dtype=bytes),
        evidence=np.array([line.evidence or "" for line in lines], dtype=bytes),
        with_study=np.array([bool(line.study_url) for line in lines], dtype=bool),
    )


def _standings(parameters: QueryDict) -> Standings:
    filters = Filters.from_query(parameters)
    versions = ranked_versions()
    rows = with_rank_ranges(leaderboard(filters, versions), filters.metric)
    lines = [headless_line(row, facts) for row, facts in zip(rows, facts_of_rows(rows), strict=True)]
    ranked = [Ranked(standing_of(row), line) for row, line in zip(rows, lines, strict=True)]
    return standings_of(ranked, filters.metric, versions)


STANDINGS = Result("standings", _standings, usual=usual_rankings)
