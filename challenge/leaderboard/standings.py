"""Standings: a ranking as columns, so that thousands of rows are read and searched in milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.headline import headline
from challenge.leaderboard.lines import Ranked, Standing, headless_line, standing_of
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.selection import Searchable
from challenge.leaderboard.store import Result
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import GroundTruth
from challenge.results.facts import facts_of_rows

#: Columns of texts without line breaks.
_TEXTS = ("keys", "images", "datasets", "words")


@dataclass(frozen=True, kw_only=True)
class Standings(Searchable):
    """The rows of a ranking in order of rank, as columns of equal length, and what is said about all of them."""

    headline: str
    n_compared: int
    n_with_leader: int
    has_entries: bool
    #: Place of the highest row that was compared: the leader.
    leader: int | None
    keys: Sequence[str]
    #: The fields of `Standing`.
    ranks: Sequence[int | None]
    images: Sequence[str]
    datasets: Sequence[str]
    with_leader: Sequence[bool]
    compared: Sequence[bool]

    def __getstate__(self) -> dict[str, Any]:
        """Return texts joined by column: thousands of strings would be read one by one, in milliseconds."""
        return vars(self) | {name: "\n".join(getattr(self, name)) for name in _TEXTS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the columns."""
        texts = {name: state[name].split("\n") if state["ranks"] else [] for name in _TEXTS}
        vars(self).update(state | texts)

    def standing(self, place: int) -> Standing:
        """Return the standing of the row at a place."""
        return Standing(
            self.ranks[place],
            self.images[place],
            self.datasets[place],
            is_with_leader=self.with_leader[place],
            is_compared=self.compared[place],
        )


def standings_of(ranked: Sequence[Ranked], metric: str) -> Standings:
    """Return the columns of rows in order of rank."""
    standings, lines = [row.standing for row in ranked], [row.line for row in ranked]
    compared = [one.is_compared for one in standings]
    return Standings(
        headline=headline(ranked, metric),
        n_compared=sum(compared),
        n_with_leader=sum(one.is_with_leader for one in standings),
        has_entries=any(not line.is_published for line in lines),
        leader=compared.index(True) if any(compared) else None,
        keys=[line.key for line in lines],
        ranks=[one.rank for one in standings],
        images=[one.images for one in standings],
        datasets=[one.datasets for one in standings],
        with_leader=[one.is_with_leader for one in standings],
        compared=compared,
        words=[line.words for line in lines],
        parameters=[line.parameters for line in lines],
        family=[line.family for line in lines],
        pretraining=[line.pretraining for line in lines],
        with_study=[bool(line.study_url) for line in lines],
    )


def _standings(parameters: QueryDict) -> Standings:
    filters = Filters.from_query(parameters)
    rows = with_rank_ranges(leaderboard(filters, GroundTruth.objects.active()), filters.metric)
    lines = [headless_line(row, facts) for row, facts in zip(rows, facts_of_rows(rows), strict=True)]
    ranked = [Ranked(standing_of(row), line) for row, line in zip(rows, lines, strict=True)]
    return standings_of(ranked, filters.metric)


STANDINGS = Result("standings", _standings)
