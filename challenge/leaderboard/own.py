"""The reader's own board: a ranking by the weighted mean over the datasets that a reader chooses.

Entries, filters and tests are those of the official leaderboard. Only the mean differs, so "best per team" can be
another entry. Ranges of ranks over resampled datasets are left out: the datasets were chosen, not drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import best_per_team, boards, rank_rows
from challenge.models import GroundTruth
from challenge.results.over_datasets import stored_score_table
from challenge.results.replicates import metric_replicates, with_intervals_of_selection
from challenge.results.rows import Row, RowKey
from challenge.results.score import Score
from challenge.scoring.statistics.rank_inference import leaders_group, rank_ranges, rank_replicates
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
    scores: Sequence[float]

    @property
    def gain(self) -> int | None:
        """Number of ranks by which the row is higher than on the official leaderboard; negative if it is lower."""
        if self.row.rank is None or self.official_rank is None:
            return None
        return self.official_rank - self.row.rank


@dataclass(frozen=True)
class OwnBoard:
    """Ranked rows in order, and rows that lack the score of a chosen dataset."""

    ranked: list[Line]
    missing: list[Line]

    @property
    def with_leader(self) -> list[Row]:
        """Rows that cannot be distinguished from the leading entry, and the leading entry."""
        return [line.row for line in self.ranked if line.row.is_with_leader]

    @property
    def n_compared(self) -> int:
        """Number of rows that were compared with the leading entry."""
        return sum(line.row.is_with_leader is not None for line in self.ranked)


def own_board(filters: Filters, weights: Sequence[int], ground_truth: GroundTruth | None) -> OwnBoard:
    """Rank the rows of the filters by the weighted mean over the datasets, with at least one weight above 0."""
    metric = filters.metric
    board = boards(filters, [filters.resolution], ground_truth)[filters.resolution]
    official = {row.key: row.rank for row in board.rows}
    rows = [*board.entries, *(row for row in board.rows if row.method)]
    scores = stored_score_table(rows, metric)
    means = weighted_means(scores.T, weights).tolist()
    is_missing = np.isnan(means).tolist()
    chosen = dict(zip((row.key for row in rows), scores[:, np.flatnonzero(weights)], strict=True))

    def lines_of(found: Sequence[Row]) -> list[Line]:
        return [Line(row, official.get(row.key), chosen[row.key].tolist()) for row in found]

    complete = [
        replace(row, scores={metric: Score(mean)})
        for row, mean, missing in zip(rows, means, is_missing, strict=True)
        if not missing
    ]
    ranked = rank_rows(complete if filters.all_entries else best_per_team(complete, metric), metric)
    missing = [
        replace(row, rank=None, scores={}) for row, lacks in zip(rows, is_missing, strict=True) if lacks
    ]
    return OwnBoard(lines_of(_with_uncertainty(ranked, metric, weights)), lines_of(missing))


def _with_uncertainty(ranked: Sequence[Row], metric: str, weights: Sequence[int]) -> list[Row]:
    """Add intervals, ranges of ranks and the leader's group to the highest rows that have replicates."""
    highest = ranked[:MOST_WITH_RANGES]
    replicates = {
        key: weighted_means(of_row, weights) for key, of_row in metric_replicates(highest, metric).items()
    }
    uncertain = _with_ranks(highest, ranked, metric, replicates) if replicates else highest
    return [
        *with_intervals_of_selection(uncertain, metric, replicates, weights),
        *ranked[MOST_WITH_RANGES:],
    ]


def _with_ranks(
    highest: Sequence[Row], ranked: Sequence[Row], metric: str, replicates: Mapping[RowKey, np.ndarray]
) -> list[Row]:
    """Add ranges of ranks among all ranked rows, and mark the leader's group; the other rows keep their values."""
    compared = [row for row in highest if row.key in replicates]
    stacked = np.stack([replicates[row.key] for row in compared])
    fixed = [row.scores[metric].value for row in ranked if row.key not in replicates]
    ranges = rank_ranges(rank_replicates(stacked, fixed)).tolist()
    group = leaders_group([row.scores[metric].value for row in compared], stacked).tolist()
    found = {
        row.key: ((low, high), is_with_leader)
        for row, (low, high), is_with_leader in zip(compared, ranges, group, strict=True)
    }
    return [
        replace(row, rank_range=found[row.key][0], is_with_leader=found[row.key][1])
        if row.key in found
        else row
        for row in highest
    ]
