"""The reader's own board: a ranking by the weighted mean over the datasets that a reader chooses.

Entries, filters and tests are those of the official leaderboard. Only the mean differs, so "best per team" can be
another entry. Ranges of ranks over resampled datasets are left out: the datasets were chosen, not drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from challenge.leaderboard.candidates import CANDIDATES, Candidates
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import rows_of_keys
from challenge.results.replicates import metric_replicates, with_intervals_of_selection
from challenge.results.rows import Row, RowKey
from challenge.results.score import Score
from challenge.scoring.statistics.rank_inference import leaders_group, rank_ranges, rank_replicates
from challenge.scoring.statistics.ranking import rank
from challenge.scoring.statistics.weighted import weighted_means

#: Number of top rows with intervals and ranges: each needs its replicates of single datasets, 192 kB.
MOST_WITH_RANGES = 100


@dataclass(frozen=True)
class Line:
    """A row with its rank by the reader's mean, its rank on the official leaderboard, and its scores by dataset.

    The official rank is None if the official leaderboard does not show the row, or does not rank it.
    """

    row: Row
    official_rank: int | None
    #: Scores on the chosen datasets; NaN for a missing score.
    scores: Sequence[float]

    @property
    def gain(self) -> int | None:
        """Number of ranks by which the row is higher than on the official leaderboard; negative if it is lower."""
        if self.row.rank is None or self.official_rank is None:
            return None
        return self.official_rank - self.row.rank


@dataclass(frozen=True)
class OwnBoard:
    """The highest rows in order, the number of all ranked rows, and rows that lack a chosen dataset."""

    highest: list[Line]
    n_ranked: int
    missing: list[Line]

    @property
    def n_lower(self) -> int:
        """Number of ranked rows below the highest."""
        return self.n_ranked - len(self.highest)

    @property
    def n_with_leader(self) -> int:
        """Number of entries that cannot be distinguished from the leading entry, the leading entry included."""
        return sum(line.row.is_with_leader is True for line in self.highest)

    @property
    def n_compared(self) -> int:
        """Number of entries that were compared with the leading entry, the leading entry included."""
        return sum(line.row.is_with_leader is not None for line in self.highest)

    @property
    def n_missing_here(self) -> int:
        """Number of rows that the official leaderboard ranks and this board does not."""
        return sum(line.official_rank is not None for line in self.missing)


def is_current(filters: Filters) -> bool:
    """Return whether a board that is made now has the current entries, and not those of a moment ago."""
    return CANDIDATES.get(filters.ranking_values).is_current


def own_board(filters: Filters, weights: Sequence[int], *, every_row: bool = False) -> OwnBoard:
    """Rank the rows of the filters by the weighted mean over the datasets, with at least one weight above 0.

    Returns the highest rows, which have ranges, or every row.
    """
    found = CANDIDATES.get(filters.ranking_values).value
    means = weighted_means(found.scores.T, weights)
    complete = np.flatnonzero(~np.isnan(means))
    places = complete if filters.all_entries else _best_per_team(complete, found, means)
    ranks = np.array(rank(means[places].tolist()), dtype=int)
    in_order = np.lexsort(
        (found.times[places], ranks)
    )  # with equal ranks, entries by time, then published methods
    places, ranks = places[in_order], ranks[in_order]
    shown = len(places) if every_row else MOST_WITH_RANGES
    missing = np.flatnonzero(np.isnan(means))
    lines = _lines(found, [*places[:shown], *missing], np.flatnonzero(weights))
    ranked = {
        place: replace(lines[place].row, rank=of, scores={filters.metric: Score(mean)})
        for place, of, mean in zip(places.tolist(), ranks.tolist(), means[places].tolist(), strict=True)
        if place in lines
    }
    uncertain = _with_uncertainty(list(ranked.values()), filters.metric, weights, means[places])
    return OwnBoard(
        [replace(lines[place], row=row) for place, row in zip(ranked, uncertain, strict=True)],
        len(places),
        [lines[place] for place in missing.tolist() if place in lines],
    )


def _best_per_team(
    places: NDArray[np.integer], found: Candidates, means: NDArray[np.floating]
) -> NDArray[np.integer]:
    """Keep the row that represents each team: the entry that the team chose, or its best; the earlier of equals."""
    order = np.lexsort((places, -means[places], ~found.chosen[places], found.teams[places]))
    _, first = np.unique(found.teams[places][order], return_index=True)
    return np.sort(places[order][first])


def _lines(found: Candidates, places: Sequence[int], datasets: NDArray[np.integer]) -> dict[int, Line]:
    """Return a line without rank and score for each place; rows that have just gone are left out."""
    keys = found.keys(places)
    rows = rows_of_keys(keys, found.versions)
    return {
        int(place): Line(
            replace(rows[key], scores={}),
            int(found.official_ranks[place]) or None,
            found.scores[place, datasets].tolist(),
        )
        for place, key in zip(places, keys, strict=True)
        if key in rows
    }


def _with_uncertainty(
    highest: Sequence[Row], metric: str, weights: Sequence[int], means: NDArray[np.floating]
) -> list[Row]:
    """Add intervals, ranges of ranks and the leader's group to the highest rows that have replicates.

    `means` are those of all ranked rows; rows without replicates keep them.
    """
    uncertain = highest[:MOST_WITH_RANGES]
    replicates = {
        key: weighted_means(of_row, weights) for key, of_row in metric_replicates(uncertain, metric).items()
    }
    if not replicates:
        return list(highest)
    without = [row.scores[metric].value for row in uncertain if row.key not in replicates]
    fixed = np.concatenate([without, means[len(uncertain) :]])
    ranked = _with_ranks(uncertain, metric, replicates, fixed)
    return [
        *with_intervals_of_selection(ranked, metric, replicates, weights),
        *highest[MOST_WITH_RANGES:],
    ]


def _with_ranks(
    rows: Sequence[Row], metric: str, replicates: Mapping[RowKey, np.ndarray], fixed: NDArray[np.floating]
) -> list[Row]:
    """Add ranges of ranks among the rows and the fixed values, and mark the leader's group."""
    compared = [row for row in rows if row.key in replicates]
    stacked = np.stack([replicates[row.key] for row in compared])
    ranges = rank_ranges(rank_replicates(stacked, fixed)).tolist()
    group = leaders_group([row.scores[metric].value for row in compared], stacked).tolist()
    found = {
        row.key: replace(row, rank_range=(low, high), is_with_leader=is_with_leader)
        for row, (low, high), is_with_leader in zip(compared, ranges, group, strict=True)
    }
    return [found.get(row.key, row) for row in rows]
