"""How sure the rows of a leaderboard are of their places: from their bootstrap replicates, over what is shown.

A published result has no replicates: it stands at its value in each of them. So does an entry whose replicates
are still to come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import QuerySet

from challenge.leaderboard.cache import cached
from challenge.leaderboard.ranking import Filters, Row, leaderboard
from challenge.models import (
    GroundTruth,
    Metric,
    Resolution,
    Uncertainty,
    unpack_dataset_replicates,
    unpack_mean_replicates,
)
from challenge.scoring.metrics.evaluator import METRICS
from challenge.scoring.statistics.intervals import percentile_interval
from challenge.scoring.statistics.rank_inference import leaders_group, rank_ranges, rank_replicates

#: Of so many of the highest entries it is asked which cannot be told from the leader: all pairs are compared.
MOST_WITH_LEADER = 200
#: Rows whose replicates of several metrics are in memory together: 16 kB each.
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Position:
    """A place on the leaderboard, its range, and of how many."""

    rank: int
    rank_range: tuple[int, int] | None
    of: int


def add_rank_ranges(rows: Sequence[Row], metric: str) -> None:
    """Give ranked rows that have replicates the range of their ranks; mark those that cannot be told from the leader.

    One query, whatever the number of rows.
    """
    ranked = [row for row in rows if row.rank is not None]
    replicates = mean_replicates(ranked, [metric])
    entries = [row for row in ranked if row.key in replicates]
    if not entries:
        return
    values = np.stack([replicates[row.key][0] for row in entries])
    fixed = [row.scores[metric].value for row in ranked if row.key not in replicates]
    for row, (low, high) in zip(entries, rank_ranges(rank_replicates(values, fixed)).tolist(), strict=True):
        row.rank_range = low, high
    highest = entries[:MOST_WITH_LEADER]
    group = leaders_group([row.scores[metric].value for row in highest], values[: len(highest)])
    for row, is_with_leader in zip(highest, group.tolist(), strict=True):
        row.is_with_leader = is_with_leader


def add_intervals(rows: Sequence[Row], metrics: Sequence[str] = METRICS) -> None:
    """Give metrics of rows that have replicates their intervals: one query for each `ROWS_AT_ONCE` of them."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        replicates = mean_replicates(part, metrics)
        for row in part:
            if row.key in replicates:
                ends = percentile_interval(replicates[row.key]).tolist()
                row.scores = row.scores | {
                    metric: replace(row.scores[metric], low=low, high=high)
                    for metric, (low, high) in zip(metrics, ends, strict=True)
                }


def mean_replicates(rows: Iterable[Row], metrics: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the replicates of rows' means over the datasets by `Row.key`, (len(metrics), B) each.

    Those of a group are the means over its seeds. Rows of which an evaluation has no replicates are left out.
    """
    chosen = [METRICS.index(metric) for metric in metrics]
    found = {
        pk: unpack_mean_replicates(content)[chosen]
        for pk, content in _stored(rows, "mean_replicates").iterator()
    }
    return _of_rows(rows, found)


def dataset_replicates(rows: Iterable[Row], metrics: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the same for each dataset, (12, len(metrics), B) each, datasets in their official order."""
    chosen = [METRICS.index(metric) for metric in metrics]
    found = {
        pk: unpack_dataset_replicates(content)[:, chosen]
        for pk, content in _stored(rows, "dataset_replicates").iterator()
    }
    return _of_rows(rows, found)


def _stored(rows: Iterable[Row], field: str) -> QuerySet[Uncertainty, tuple[int, bytes]]:
    """Return a query of the evaluations' ids and the bytes."""
    evaluations = [evaluation.pk for row in rows for evaluation in row.evaluations]
    return Uncertainty.objects.known().filter(evaluation__in=evaluations).values_list("evaluation_id", field)


def _of_rows(rows: Iterable[Row], found: dict[int, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        row.key: np.mean([found[evaluation.pk] for evaluation in row.evaluations], axis=0)
        for row in rows
        if row.evaluations and all(evaluation.pk in found for evaluation in row.evaluations)
    }


def positions(resolution: int, metric: Metric, ground_truth: GroundTruth | None) -> dict[str, Position]:
    """Return the place of each ranked row at a resolution by `Row.key`, among all entries and published methods."""
    return cached(
        lambda: _positions(Filters(Resolution(resolution), metric, all_entries=True), ground_truth),
        "positions",
        resolution,
        metric,
        ground_truth,
    )


def _positions(filters: Filters, ground_truth: GroundTruth | None) -> dict[str, Position]:
    rows = leaderboard(filters, ground_truth)
    add_rank_ranges(rows, filters.metric)
    ranked = [row for row in rows if row.rank is not None]
    return {row.key: Position(row.rank, row.rank_range, len(ranked)) for row in ranked if row.rank}
