"""Uncertainty of the ranks on a leaderboard: ranges over the bootstrap replicates of the rows shown.

A published result has no replicates: it keeps its value in each of them. An entry without replicates yet keeps its
value, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from challenge.leaderboard.cache import cached
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import GroundTruth, Metric, Resolution
from challenge.results.replicates import mean_replicates
from challenge.results.rows import Row, RowKey
from challenge.scoring.statistics.rank_inference import leaders_group, rank_ranges, rank_replicates

#: Number of top entries compared pairwise to find the leader's group.
MOST_WITH_LEADER = 200


@dataclass(frozen=True)
class Position:
    """Rank on the leaderboard, range of ranks, and number of ranked rows."""

    rank: int
    rank_range: tuple[int, int] | None
    of: int


def with_rank_ranges(rows: Sequence[Row], metric: str) -> list[Row]:
    """Add the ranges of ranks of the rows with replicates, and mark the leader's group.

    Takes one query, whatever the number of rows.
    """
    ranked = [row for row in rows if row.rank is not None]
    replicates = mean_replicates(ranked, [metric])
    entries = [row for row in ranked if row.key in replicates]
    if not entries:
        return list(rows)
    values = np.stack([replicates[row.key][0] for row in entries])
    fixed = [row.scores[metric].value for row in ranked if row.key not in replicates]
    ends = rank_ranges(rank_replicates(values, fixed)).tolist()
    ranges = {row.key: (low, high) for row, (low, high) in zip(entries, ends, strict=True)}
    highest = entries[:MOST_WITH_LEADER]
    group = leaders_group([row.scores[metric].value for row in highest], values[: len(highest)])
    with_leader = dict(zip((row.key for row in highest), group.tolist(), strict=True))
    return [
        replace(row, rank_range=ranges.get(row.key), is_with_leader=with_leader.get(row.key)) for row in rows
    ]


def positions(resolution: int, metric: Metric, ground_truth: GroundTruth | None) -> dict[RowKey, Position]:
    """Return the position of each ranked row at a resolution, among all entries and published methods."""
    return cached(
        lambda: _positions(Filters(Resolution(resolution), metric, all_entries=True), ground_truth),
        "positions",
        resolution,
        metric,
        ground_truth,
    )


def _positions(filters: Filters, ground_truth: GroundTruth | None) -> dict[RowKey, Position]:
    rows = with_rank_ranges(leaderboard(filters, ground_truth), filters.metric)
    ranked = [row for row in rows if row.rank is not None]
    return {row.key: Position(row.rank, row.rank_range, len(ranked)) for row in ranked if row.rank}
