"""Uncertainty of the ranks on a leaderboard: ranges of the ranks among the rows shown, over two kinds of resamples.

Over the test images: a published result has no replicates and keeps its value, as does an entry without replicates yet.
Over the datasets (and the test images): a row that lacks the score of a dataset keeps its value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import Result
from challenge.models import Metric, Versions, mark_of, ranked_versions
from challenge.results.over_datasets import means_over_resampled_datasets
from challenge.results.replicates import mean_replicates
from challenge.results.rows import Row, RowKey
from challenge.scoring.statistics.rank_inference import leaders_group, rank_ranges, rank_replicates

#: Number of top entries compared pairwise to find the leader's group.
MOST_WITH_LEADER = 200


@dataclass(frozen=True)
class Position:
    """Rank on the leaderboard, its ranges over resamples of images and of datasets, and number of ranked rows."""

    rank: int
    rank_range: tuple[int, int] | None
    rank_range_over_datasets: tuple[int, int] | None
    of: int


def with_rank_ranges(rows: Sequence[Row], metric: str) -> list[Row]:
    """Add the ranges of ranks, and mark the leader's group among the rows with replicates.

    Takes at most four queries, whatever the number of rows.
    """
    ranked = [row for row in rows if row.rank is not None]
    replicates = {key: of_row[0] for key, of_row in mean_replicates(ranked, [metric]).items()}
    over_images = _ranges(ranked, metric, replicates)
    over_datasets = _ranges(ranked, metric, means_over_resampled_datasets(ranked, metric))
    with_leader = _with_leader(ranked, metric, replicates)
    return [
        replace(
            row,
            rank_range=over_images.get(row.key),
            rank_range_over_datasets=over_datasets.get(row.key),
            is_with_leader=with_leader.get(row.key),
        )
        for row in rows
    ]


def _ranges(
    ranked: Sequence[Row], metric: str, replicates: Mapping[RowKey, np.ndarray]
) -> dict[RowKey, tuple[int, int]]:
    """Return the range of ranks of each row with replicates (B,); the other rows keep their values."""
    resampled = [row.key for row in ranked if row.key in replicates]
    if not resampled:
        return {}
    fixed = [row.scores[metric].value for row in ranked if row.key not in replicates]
    ends = rank_ranges(rank_replicates(np.stack([replicates[key] for key in resampled]), fixed)).tolist()
    return {key: (low, high) for key, (low, high) in zip(resampled, ends, strict=True)}


def _with_leader(
    ranked: Sequence[Row], metric: str, replicates: Mapping[RowKey, np.ndarray]
) -> dict[RowKey, bool]:
    """Return whether each of the highest rows with replicates belongs to the leader's group."""
    highest = [row for row in ranked if row.key in replicates][:MOST_WITH_LEADER]
    if not highest:
        return {}
    group = leaders_group(
        [row.scores[metric].value for row in highest], np.stack([replicates[row.key] for row in highest])
    )
    return dict(zip((row.key for row in highest), group.tolist(), strict=True))


def positions(
    resolution: int, metric: Metric, versions: Versions | None, phase: int | None = None
) -> dict[RowKey, Position]:
    """Return the position of each row that these versions rank at a resolution, among all rows of the phase's board.

    Empty while they are computed for the first time, or after a switch to these versions.
    """
    filters = Filters(resolution, metric, phase=phase)
    about = {**filters.of_phase, "resolution": resolution, "metric": metric, "entries": "all"}
    scored_by, found = POSITIONS.value(about, ("", {}))
    return found if scored_by == mark_of(versions) else {}


def _positions(parameters: QueryDict) -> tuple[str, dict[RowKey, Position]]:
    filters, versions = Filters.from_query(parameters), ranked_versions()
    rows = with_rank_ranges(leaderboard(filters, versions), filters.metric)
    ranked = [row for row in rows if row.rank is not None]
    return mark_of(versions), {
        row.key: Position(row.rank, row.rank_range, row.rank_range_over_datasets, len(ranked))
        for row in ranked
        if row.rank
    }


POSITIONS = Result("positions", _positions)
