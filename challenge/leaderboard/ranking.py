"""The ranking: entries and published methods, ranked together among the rows shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from challenge.leaderboard.filters import Filters
from challenge.models import (
    Evaluation,
    MethodGroup,
    Metric,
    PublishedMethod,
    Submission,
    Versions,
    benchmark_of,
    benchmarks_of,
    in_phase,
)
from challenge.results.rows import Kind, Row, RowKey, published_rows, row_of
from challenge.results.seeds import split_by_group
from challenge.scoring.benchmark import Benchmark
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


def leaderboard(filters: Filters, versions: Versions | None) -> list[Row]:
    """Return the rows in order of rank; rows without the metric come last, unranked."""
    return boards(filters, [filters.resolution], versions)[filters.resolution].rows


def boards(filters: Filters, resolutions: Sequence[int], versions: Versions | None) -> dict[int, Board]:
    """Return the leaderboard at each resolution, ignoring the resolution of the filters. At most three queries."""
    benchmark = benchmark_of(filters.phase)
    entries = entry_rows(filters, resolutions, versions, benchmark)
    published: dict[int, list[Row]] = {}
    if filters.baselines and not benchmark.has_withheld:  # they have no scores on withheld datasets
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


def rank_of(submission: Submission, metric: Metric, versions: Versions | None) -> tuple[int | None, int]:
    """Return the rank of a submission's row among all entries and published methods, and the number of ranked rows."""
    filters = Filters(submission.resolution, metric, all_entries=True, phase=submission.phase.board)
    rows = leaderboard(filters, versions)
    ranked = [row for row in rows if row.rank is not None]
    return next((row.rank for row in ranked if submission in row.members), None), len(ranked)


#: Columns that a row needs; with thousands of evaluations, loading the others would take most of the time.
_COLUMNS = (
    *METRICS,
    "scored_at",
    *(
        f"submission__{field}"
        for field in ("phase", "team__name", "group__name", "group__team__name", "created_at", "resolution",
                      "model_name", "study_url", "code_url", "external_data", "special_methods", "training",
                      "visibility", "anonymous_until", "awaits_publication", "chosen_at", "parameters_millions",
                      "study_confirmation__study_url", "study_confirmation__found_at",
                      "study_confirmation__found_by_name", "reproduction__found_at", "reproduction__found_by_name")
    ),
)  # fmt: skip


def entry_rows(
    filters: Filters, resolutions: Sequence[int], versions: Versions | None, benchmark: Benchmark
) -> dict[int, list[Row]]:
    """Return a row for each entry of a phase, on its datasets, by resolution, oldest first.

    The seeds of a group are one entry. A group is standard if all of its seeds are standard.
    """
    which = in_phase(filters.phase, "submission__") & Q(submission__resolution__in=resolutions)
    rows = [row_of(*one, benchmark) for one in _entries(which, versions)]
    shown = (row for row in rows if row.is_standard or not filters.standard_only)
    return _by_resolution(shown, resolutions)


def rows_of_keys(keys: Iterable[RowKey], versions: Versions | None) -> dict[RowKey, Row]:
    """Return the rows of some keys, without building the rows of thousands of others. At most four queries."""
    pks: dict[Kind, list[int]] = {kind: [] for kind in Kind}
    for key in keys:
        pks[key.kind].append(key.pk)
    entries = Q(submission__in=pks[Kind.ENTRY]) | Q(submission__group__in=pks[Kind.SEEDS])
    methods = PublishedMethod.objects.filter(pk__in=pks[Kind.PUBLISHED])
    found = _entries(entries, versions)
    benchmarks = benchmarks_of({members[0].submission.phase_id for _, members in found})
    rows = [row_of(group, one, benchmarks[one[0].submission.phase_id]) for group, one in found]
    return {row.key: row for row in (*rows, *published_rows(methods))}


def _entries(which: Q, versions: Versions | None) -> list[tuple[MethodGroup | None, list[Evaluation]]]:
    """Return some evaluations, those of a group together, the oldest first, in one query."""
    if versions is None:
        return []
    evaluations = (
        Evaluation.objects.ranked(versions)
        .filter(which)
        .select_related(
            "submission__team",
            "submission__group__team",
            "submission__study_confirmation",
            "submission__reproduction",
        )
        .only(*_COLUMNS)
        .order_by("submission__created_at", "submission__pk")
    )
    for evaluation in evaluations:
        evaluation.ground_truth = versions.ground_truth  # spares a query
    return split_by_group(evaluations)


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
