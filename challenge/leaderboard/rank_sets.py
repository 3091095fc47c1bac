"""Rank sets: the ranks that remain possible for an entry, for all entries of a resolution at once.

The range of ranks (`uncertainty`) shows how far a rank moves with the test images. A rank set is stricter: with 95 %
confidence, the sets of all entries contain the true ranks at the same time, however close the entries are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import rows_of_keys
from challenge.leaderboard.store import Result
from challenge.leaderboard.uncertainty import positions
from challenge.models import Metric, ranked_versions
from challenge.results.replicates import mean_replicates
from challenge.results.rows import Kind, Row, RowKey
from challenge.scoring.statistics import rank_inference

#: Maximum number of top entries: all pairs are compared.
MOST = 200


@dataclass(frozen=True)
class RankSet:
    """The best and the worst possible rank of an entry, and the number of ranked entries."""

    low: int
    high: int
    of: int

    @property
    def ends(self) -> tuple[int, int]:
        """The best and the worst rank."""
        return self.low, self.high


def rank_sets_of(rows: Sequence[Row], metric: Metric) -> list[tuple[int, int] | None]:
    """Return the simultaneous confidence set of each row's rank among the rows that have replicates."""
    replicates = mean_replicates(rows, [metric])
    entries = [row for row in rows if row.key in replicates]
    if len(entries) < 2:
        return [None] * len(rows)
    sets = rank_inference.rank_sets(
        [row.scores[metric].value for row in entries], np.stack([replicates[row.key][0] for row in entries])
    )
    found = {row.key: (int(low), int(high)) for row, (low, high) in zip(entries, sets, strict=True)}
    return [found.get(row.key) for row in rows]


def rank_sets(resolution: int, metric: Metric, phase: int | None = None) -> dict[RowKey, RankSet]:
    """Return the rank sets of the highest entries of a phase at a resolution that have replicates.

    Only these entries are ranked: published results have no replicates and take no rank here. Empty while the sets are
    computed for the first time.
    """
    filters = Filters(resolution, metric, phase=phase)
    return RANK_SETS.value({**filters.of_phase, "resolution": resolution, "metric": metric}, {})


def _rank_sets(parameters: QueryDict) -> dict[RowKey, RankSet]:
    filters, versions = Filters.from_query(parameters), ranked_versions()
    places = positions(filters.resolution, filters.metric, versions, filters.phase)
    entries = sorted(
        (key for key in places if key.kind is not Kind.PUBLISHED), key=lambda key: places[key].rank
    )
    rows = list(rows_of_keys(entries[:MOST], versions).values())
    ends = rank_sets_of(rows, filters.metric)
    found = {row.key: one for row, one in zip(rows, ends, strict=True) if one}
    return {key: RankSet(*one, len(found)) for key, one in found.items()}


RANK_SETS = Result("rank-sets", _rank_sets)
