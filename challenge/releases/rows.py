"""Content of a release: the rows of the board as plain values, and the replicates behind their ranks.

Format 1 of a row: the values of the leaderboard's JSON export, and

- `members`: number and checksum of each submission behind the row, and, if its team publishes its predictions,
  `predictions`: licence and checksum of the published file;
- `ranks`: for each board (`all` entries, or the `best` of each team) and each metric, rank, ranges of the rank, and
  whether the row cannot be distinguished from the leader; none for a row that the board does not rank.

An anonymous entry is anonymous here for all time. A change of these values needs another format (`Release.FORMAT`),
and pages that read both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from challenge.leaderboard.attempts import with_attempts
from challenge.leaderboard.export import row_document
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard, rank_rows
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import Metric, PredictionFile, Resolution, Versions
from challenge.results.facts import facts_of_rows
from challenge.results.over_datasets import means_over_resampled_datasets
from challenge.results.replicates import mean_replicates, with_intervals
from challenge.results.rows import Row, RowKey, with_dataset_scores
from challenge.services.releases import FrozenRow

#: Boards of a release: every entry has a row, or each team has one row.
ALL, BEST = BOARDS = ("all", "best")
#: Values of the export that depend on a ranking or on the site's address; `ranks` replaces the former.
_LEFT_OUT = {
    *("rank", "rank_low", "rank_high", "rank_low_over_datasets", "rank_high_over_datasets", "with_leader"),
    *("url", "result_url"),
}

#: Ranks of a row, by board and metric.
Ranks = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Replicates:
    """Replicates of one metric at one resolution: the keys of the rows that have some, and values (m, B)."""

    resolution: int
    metric: str
    #: What is resampled: the test images, or the datasets, too.
    over: str
    keys: Sequence[str]
    values: np.ndarray

    @property
    def name(self) -> str:
        """Name for files."""
        return f"{self.resolution}-{self.metric}-over-{self.over}"


def frozen_rows(versions: Versions | None) -> list[FrozenRow]:
    """Return all rows of the board, by resolution and in order of their AUC."""
    return [row for resolution in Resolution.values for row in _frozen_rows(resolution, versions)]


def _frozen_rows(resolution: int, versions: Versions | None) -> Iterator[FrozenRow]:
    every = leaderboard(Filters(resolution, all_entries=True), versions)
    ranks = _ranks(every, resolution, versions)
    rows = with_intervals(with_dataset_scores(with_attempts(every)))
    published = _published_predictions()
    for row, facts in zip(rows, facts_of_rows(rows), strict=True):
        document = {name: value for name, value in row_document(row, facts).items() if name not in _LEFT_OUT}
        yield FrozenRow(
            resolution,
            str(row.key),
            {"key": str(row.key), **document, "members": _members(row, published), "ranks": ranks[row.key]},
            [member.pk for member in row.members],
        )


def _published_predictions() -> dict[int, dict[str, str]]:
    """Return licence and checksum of the published predictions, by submission."""
    files = PredictionFile.objects.filter(status=PredictionFile.Status.DONE).exclude(
        submission__predictions_licence=""
    )
    found = files.values_list("submission", "submission__predictions_licence", "sha256")
    return {pk: {"licence": licence, "sha256": sha256} for pk, licence, sha256 in found}


def _members(row: Row, published: Mapping[int, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return number and checksums of each submission; that of its file could tell who a hidden team is."""
    return [
        {"number": member.pk, "sha256": None if row.is_anonymous else member.sha256}
        | ({"predictions": dict(published[member.pk])} if member.pk in published else {})
        for member in row.members
    ]


def _ranks(every: Sequence[Row], resolution: int, versions: Versions | None) -> dict[RowKey, Ranks]:
    found: dict[RowKey, Ranks] = {row.key: {board: {} for board in BOARDS} for row in every}
    for metric in Metric:
        boards = {
            ALL: rank_rows(every, metric),
            BEST: leaderboard(Filters(resolution, metric), versions),
        }
        for board, rows in boards.items():
            for row in with_rank_ranges(rows, metric):
                if row.rank is not None:
                    found[row.key][board][metric.value] = _rank(row)
    return found


def _rank(row: Row) -> dict[str, Any]:
    low, high = row.rank_range or (None, None)
    low_over_datasets, high_over_datasets = row.rank_range_over_datasets or (None, None)
    return {
        "rank": row.rank,
        "low": low,
        "high": high,
        "low_over_datasets": low_over_datasets,
        "high_over_datasets": high_over_datasets,
        "with_leader": row.is_with_leader,
    }


def frozen_replicates(versions: Versions | None) -> Iterator[Replicates]:
    """Yield the replicates of the ranked rows, one metric and resolution at a time, so that memory stays small."""
    for resolution in Resolution.values:
        every = leaderboard(Filters(resolution, all_entries=True), versions)
        for metric in Metric:
            ranked = [row for row in rank_rows(every, metric) if row.rank is not None]
            of_images = {key: of[0] for key, of in mean_replicates(ranked, [metric]).items()}
            of_datasets = means_over_resampled_datasets(ranked, metric)
            for over, replicates in (("images", of_images), ("datasets", of_datasets)):
                if replicates:
                    yield _stacked(resolution, metric, over, replicates)


def _stacked(
    resolution: int, metric: Metric, over: str, replicates: Mapping[RowKey, np.ndarray]
) -> Replicates:
    keys = [str(key) for key in replicates]
    return Replicates(resolution, metric.value, over, keys, np.stack(list(replicates.values())))
