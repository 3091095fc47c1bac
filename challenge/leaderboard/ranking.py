"""The ranking: entries and published methods, ranked together among the rows shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from challenge.leaderboard.filters import Filters
from challenge.models import Evaluation, GroundTruth, Metric, PublishedMethod, Submission
from challenge.results.rows import Kind, Row, RowKey, published_rows, row_of
from challenge.results.seeds import split_by_group
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.ranking import rank

#: A team, with its anonymous entries apart, or a row of its own.
Whose = RowKey | tuple[int, bool]


@dataclass(frozen=True)
class Board:
    """The ranking at one resolution."""

    #: In order of rank; rows without the metric come last, unranked.
    rows: list[Row]
    #: All entries, oldest first; `rows` may keep only each team's best.
    entries: list[Row]


def leaderboard(filters: Filters, ground_truth: GroundTruth | None) -> list[Row]:
    """Return the rows in order of rank; rows without the metric come last, unranked."""
    return boards(filters, [filters.resolution], ground_truth)[filters.resolution].rows


def boards(
    filters: Filters, resolutions: Sequence[int], ground_truth: GroundTruth | None
) -> dict[int, Board]:
    """Return the leaderboard at each resolution, ignoring the resolution of the filters. At most three queries."""
    entries = entry_rows(resolutions, ground_truth, standard_only=filters.standard_only)
    published: dict[int, list[Row]] = {}
    if filters.baselines:
        methods = PublishedMethod.objects.filter(resolution__in=resolutions)
        published = _by_resolution(published_rows(methods), resolutions)
    found = {}
    for resolution, every in entries.items():
        shown = every if filters.all_entries else _best_per_team(every, filters.metric)
        found[resolution] = Board(rank_rows([*shown, *published.get(resolution, ())], filters.metric), every)
    return found


def rank_rows(rows: Sequence[Row], metric: str) -> list[Row]:
    """Rank and sort the rows: equal values share a rank, with the earlier submission first."""
    ranks = rank([_value(row, metric) for row in rows])
    return sorted((replace(row, rank=place) for row, place in zip(rows, ranks, strict=True)), key=_order)


def rank_of(
    submission: Submission, metric: Metric, ground_truth: GroundTruth | None
) -> tuple[int | None, int]:
    """Return the rank of a submission's row among all entries and published methods, and the number of ranked rows."""
    rows = leaderboard(Filters(submission.resolution, metric, all_entries=True), ground_truth)
    ranked = [row for row in rows if row.rank is not None]
    return next((row.rank for row in ranked if submission in row.members), None), len(ranked)


#: Columns that a row needs; with thousands of evaluations, loading the others would take most of the time.
_COLUMNS = (
    *METRICS,
    "scored_at",
    *(
        f"submission__{field}"
        for field in ("team__name", "group__name", "group__team__name", "created_at", "resolution", "model_name",
                      "study_url", "external_data", "special_methods", "training", "visibility", "anonymous_until",
                      "chosen_at", "parameters_millions")
    ),
)  # fmt: skip


def entry_rows(
    resolutions: Sequence[int], ground_truth: GroundTruth | None, *, standard_only: bool
) -> dict[int, list[Row]]:
    """Return a row for each entry scored by the active versions, by resolution, oldest first.

    The seeds of a group are one entry. A group is standard if all of its seeds are standard.
    """
    rows = _entry_rows(Q(submission__resolution__in=resolutions), ground_truth)
    return _by_resolution((row for row in rows if row.is_standard or not standard_only), resolutions)


def rows_of_keys(keys: Iterable[RowKey], ground_truth: GroundTruth | None) -> dict[RowKey, Row]:
    """Return the rows of some keys, without building the rows of thousands of others. At most three queries."""
    pks: dict[Kind, list[int]] = {kind: [] for kind in Kind}
    for key in keys:
        pks[key.kind].append(key.pk)
    entries = Q(submission__in=pks[Kind.ENTRY]) | Q(submission__group__in=pks[Kind.SEEDS])
    methods = PublishedMethod.objects.filter(pk__in=pks[Kind.PUBLISHED])
    return {row.key: row for row in (*_entry_rows(entries, ground_truth), *published_rows(methods))}


def _entry_rows(which: Q, ground_truth: GroundTruth | None) -> list[Row]:
    """Return the rows of some evaluations, oldest first, in one query."""
    if ground_truth is None:
        return []
    evaluations = (
        Evaluation.objects.ranked(ground_truth)
        .filter(which)
        .select_related("submission__team", "submission__group__team")
        .only(*_COLUMNS)
        .order_by("submission__created_at", "submission__pk")
    )
    for evaluation in evaluations:
        evaluation.ground_truth = ground_truth  # spares a query
    return [row_of(group, members) for group, members in split_by_group(evaluations)]


def _by_resolution(rows: Iterable[Row], resolutions: Sequence[int]) -> dict[int, list[Row]]:
    split: dict[int, list[Row]] = {resolution: [] for resolution in resolutions}
    for row in rows:
        split[row.resolution].append(row)
    return split


def _best_per_team(rows: Iterable[Row], metric: str) -> list[Row]:
    """Keep the entry that represents each team: the entry that the team chose, or its best.

    Every baseline stays, because each baseline is a method of its own.
    """
    best: dict[Whose, Row] = {}
    for row in rows:  # oldest first, so that a later entry with an equal score does not replace it
        whose = whose_row(row)
        if whose not in best or _claim(row, metric) > _claim(best[whose], metric):
            best[whose] = row
    return list(best.values())


def whose_row(row: Row) -> Whose:
    """Return the team that the row can represent; baselines and published methods represent only themselves."""
    return row.key if row.team_key is None or row.is_baseline else row.team_key


def _claim(row: Row, metric: str) -> tuple[bool, float]:
    """Sort key: the highest entry represents its team."""
    return row.is_chosen, row.scores[metric].value


def _value(row: Row, metric: str) -> float | None:
    score = row.scores.get(metric)
    return score.value if score else None


def _order(row: Row) -> tuple[bool, int, bool, float]:
    """Sort key: ranked before unranked; with equal ranks, entries by time, then published methods."""
    submitted_at = row.submitted_at
    time = submitted_at.timestamp() if submitted_at else 0.0
    return row.rank is None, row.rank or 0, submitted_at is None, time
