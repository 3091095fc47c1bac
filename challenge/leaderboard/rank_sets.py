"""Between which ranks an entry truly is: sets that hold for all entries of a resolution at once.

The range of ranks (`rank_uncertainty`) says how far a rank moves with the test images. A rank set says more: taken
together, those of all entries hold the true ranks with 95 % probability, however close the entries are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from challenge.leaderboard.alternatives import rank_sets_of
from challenge.leaderboard.cache import cached
from challenge.leaderboard.ranking import Row, row_of
from challenge.leaderboard.uncertainty import positions
from challenge.models import Evaluation, GroundTruth, Metric
from challenge.results.seeds import split_by_group

#: All pairs are compared: at most so many of the highest entries.
MOST = 200


@dataclass(frozen=True)
class RankSet:
    """The lowest and the highest rank that an entry may truly have, and among how many."""

    low: int
    high: int
    of: int

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest rank."""
        return self.low, self.high


def rank_sets(resolution: int, metric: Metric, ground_truth: GroundTruth | None) -> dict[str, RankSet]:
    """Return the rank sets of the highest entries at a resolution that have replicates, by `Row.key`.

    They are among each other: published results have no replicates, and take no ranks here.
    """
    return cached(
        lambda: _rank_sets(resolution, metric, ground_truth),
        "rank sets",
        resolution,
        metric,
        ground_truth,
    )


def _rank_sets(resolution: int, metric: Metric, ground_truth: GroundTruth | None) -> dict[str, RankSet]:
    places = positions(resolution, metric, ground_truth)
    entries = sorted((key for key in places if key[0] in "sg"), key=lambda key: places[key].rank)
    rows = _rows(entries[:MOST], ground_truth)
    ends = rank_sets_of(rows, metric)
    found = {row.key: one for row, one in zip(rows, ends, strict=True) if one}
    return {key: RankSet(*one, len(found)) for key, one in found.items()}


def _rows(keys: Sequence[str], ground_truth: GroundTruth | None) -> list[Row]:
    """Return the rows of entries by `Row.key`: of thousands of entries, only these are built."""
    of_kind = {kind: [int(key[1:]) for key in keys if key[0] == kind] for kind in "sg"}
    evaluations = (
        Evaluation.objects.ranked(ground_truth)
        .filter(Q(submission__in=of_kind["s"]) | Q(submission__group__in=of_kind["g"]))
        .select_related("submission__group")
    )
    return [row_of(group, members) for group, members in split_by_group(list(evaluations))]
