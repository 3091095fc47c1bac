"""Place of one row on the leaderboard, with its uncertainty, for the page of that row."""

from collections.abc import Sequence
from dataclasses import dataclass

from challenge.leaderboard.rank_sets import RankSet, rank_sets
from challenge.leaderboard.uncertainty import Position, positions
from challenge.models import Metric, Versions
from challenge.results.rows import Kind, RowKey


@dataclass(frozen=True)
class Place:
    """A rank with its range, and its rank set if it is known."""

    key: RowKey
    position: Position
    rank_set: RankSet | None

    @property
    def is_of_group(self) -> bool:
        """True for the place of a group of seeds."""
        return self.key.kind is Kind.SEEDS


def find_place(
    keys: Sequence[RowKey], resolution: int, metric: Metric, versions: Versions | None, phase: int | None
) -> Place | None:
    """Return the place of the first ranked key among all entries and published methods of a phase's board."""
    places = positions(resolution, metric, versions, phase)
    key = next((key for key in keys if key in places), None)
    if key is None:
        return None
    return Place(key, places[key], rank_sets(resolution, metric, phase).get(key))
