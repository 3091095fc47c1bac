"""The leaderboard: entries scored here and published methods, ranked together over what is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import TextChoices, prefetch_related_objects

from accounts.models import Team
from challenge.models import (
    DatasetScore,
    Evaluation,
    GroundTruth,
    MethodGroup,
    Metric,
    PublishedMethod,
    PublishedScore,
    Resolution,
    Submission,
)
from challenge.results.score import Score, Series
from challenge.results.seeds import group_dataset_scores, group_scores, split_by_group
from challenge.scoring.metrics.evaluator import METRICS
from challenge.scoring.statistics.ranking import rank


class View(TextChoices):
    """What of the leaderboard is looked at."""

    RANKING = "ranking", "Ranking"
    RANKS = "ranks", "How sure the ranks are"
    WAYS = "ways", "Other ways to rank"
    FURTHER = "further", "Informational metrics"
    FIGURES = "figures", "Figures"


@dataclass(frozen=True)
class Filters:
    """What a reader wants to see; it lives in the URL, where a value that makes no sense means the default."""

    resolution: int = Resolution.R224.value
    metric: Metric = Metric.AUC
    all_entries: bool = False
    baselines: bool = True
    standard_only: bool = False
    view: View = View.RANKING

    @classmethod
    def from_query(cls, query: Any) -> "Filters":
        """Read the filters from a request's query."""
        resolution, metric = query.get("resolution"), query.get("metric")
        return cls(
            resolution=int(resolution) if resolution in map(str, Resolution.values) else cls.resolution,
            metric=Metric(metric) if metric in Metric.values else cls.metric,
            all_entries=query.get("entries") == "all",
            baselines=query.get("baselines") != "off",
            standard_only=query.get("protocol") == "standard",
            view=View(query.get("view")) if query.get("view") in View.values else cls.view,
        )

    def query(self, **changes: Any) -> str:
        """Return the query string of these filters with some changed."""
        return "?" + urlencode(self.values() | changes)

    def values(self) -> dict[str, Any]:
        """Return the filters by their names in the query."""
        return {
            "resolution": self.resolution,
            "metric": self.metric,
            "entries": "all" if self.all_entries else "best",
            "baselines": "on" if self.baselines else "off",
            "protocol": "standard" if self.standard_only else "any",
            "view": self.view,
        }


@dataclass
class Row:
    """A line of the leaderboard: a submission, a group of them with different seeds, or a published method."""

    scores: dict[str, Score]
    submitted_at: datetime | None = None
    submission: Submission | None = None
    group: MethodGroup | None = None
    method: PublishedMethod | None = None
    #: What its scores come from: one evaluation, or one of each seed.
    evaluations: Sequence[Evaluation] = ()
    rank: int | None = None
    #: Filled by `add_dataset_scores`.
    by_dataset: dict[str, dict[str, Score]] = field(default_factory=dict)
    #: Filled by `rank_uncertainty.add_rank_ranges`, as far as they are known.
    rank_range: tuple[int, int] | None = None
    is_with_leader: bool | None = None

    @property
    def label(self) -> str:
        """What figures call it."""
        if self.team:
            return f"{self.name} ({self.team})"
        return str(self.method)

    @property
    def name(self) -> str:
        """What its team calls it, or the title of the published method."""
        if self.submission:
            return self.submission.model_name
        return self.group.name if self.group else self.method.title if self.method else ""

    @property
    def team(self) -> Team | None:
        """Who sent it; nobody, if it was published."""
        about = self.submission or self.group
        return about.team if about else None

    @property
    def members(self) -> list[Submission]:
        """The submissions that it stands for."""
        return [evaluation.submission for evaluation in self.evaluations]

    @property
    def study_url(self) -> str:
        """The study behind it: of a group, what its first member names."""
        return next((member.study_url for member in self.members if member.study_url), "")

    @property
    def is_baseline(self) -> bool:
        """Whether the organizers trained it, with the code of this site."""
        return bool(self.evaluations) and all(member.is_baseline for member in self.members)

    @property
    def is_standard(self) -> bool:
        """Whether all that it stands for keeps to the standard protocol."""
        return all(member.is_standard for member in self.members)

    @property
    def external_data(self) -> bool:
        """Whether data beyond MedMNIST+ was used."""
        return any(member.external_data for member in self.members)

    @property
    def special_methods(self) -> str:
        """What goes beyond the standard protocol."""
        return next((member.special_methods for member in self.members if member.special_methods), "")

    @property
    def url(self) -> str:
        """Its permanent page."""
        about = self.submission or self.group or self.method
        return about.get_absolute_url() if about else ""

    @property
    def key(self) -> str:
        """What addresses of comparisons call it: the kind, and the number of its page."""
        kinds = (("s", self.submission), ("g", self.group), ("p", self.method))
        return next((f"{kind}{about.pk}" for kind, about in kinds if about), "")

    @property
    def resolution(self) -> int:
        """The resolution in pixels, of a side."""
        about = self.submission or self.method or (self.members[0] if self.members else None)
        return about.resolution if about else 0

    def series(self, metric: str) -> Series:
        """Return one metric of this row for each dataset that has it."""
        scores = {name: scores[metric] for name, scores in self.by_dataset.items() if metric in scores}
        return Series(self.label, scores, is_published=self.method is not None)


@dataclass(frozen=True)
class Board:
    """What is ranked at one resolution."""

    #: In the order of their ranks; those without the metric come last, unranked.
    rows: list[Row]
    #: Every entry, the earliest first, where of each team's only the best may be ranked.
    entries: list[Row]


def leaderboard(filters: Filters, ground_truth: GroundTruth | None) -> list[Row]:
    """Return the rows in the order of their ranks; those without the metric come last, unranked."""
    return boards(filters, [filters.resolution], ground_truth)[filters.resolution].rows


def boards(
    filters: Filters, resolutions: Sequence[int], ground_truth: GroundTruth | None
) -> dict[int, Board]:
    """Return the leaderboard at each of the resolutions, whichever the filters name: three queries at most."""
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


def rank_rows(rows: list[Row], metric: str) -> list[Row]:
    """Give the rows their ranks: equal values share one, and among them the earlier submission comes first."""
    for row, position in zip(rows, rank([_value(row, metric) for row in rows]), strict=True):
        row.rank = position
    return sorted(rows, key=_order)


def rank_of(
    submission: Submission, metric: Metric, ground_truth: GroundTruth | None
) -> tuple[int | None, int]:
    """Return the rank of a submission's row among all entries and published methods, and their number."""
    rows = leaderboard(Filters(submission.resolution, metric, all_entries=True), ground_truth)
    ranked = [row for row in rows if row.rank is not None]
    return next((row.rank for row in ranked if submission in row.members), None), len(ranked)


#: What a row is made of; of thousands of evaluations, the rest would take most of the time.
_COLUMNS = (
    *METRICS,
    *(
        f"submission__{field}"
        for field in ("team__name", "group__name", "group__team__name", "created_at", "resolution", "model_name",
                      "study_url", "external_data", "special_methods", "training")
    ),
)  # fmt: skip


def entry_rows(
    resolutions: Sequence[int], ground_truth: GroundTruth | None, *, standard_only: bool
) -> dict[int, list[Row]]:
    """Return a row for each entry that was scored by the active versions, by resolution, the earliest first.

    The seeds of a group are one entry; in a list of standard entries it stands if all of its seeds are.
    """
    evaluations = (
        Evaluation.objects.ranked(ground_truth)
        .filter(submission__resolution__in=resolutions)
        .select_related("submission__team", "submission__group__team")
        .only(*_COLUMNS)
        .order_by("submission__created_at", "submission__pk")
    )
    rows = [row_of(group, members) for group, members in split_by_group(list(evaluations))]
    return _by_resolution((row for row in rows if row.is_standard or not standard_only), resolutions)


def row_of(group: MethodGroup | None, evaluations: Sequence[Evaluation]) -> Row:
    """Return the row of a group's evaluations, or of one that stands alone; the earliest comes first."""
    first = evaluations[0].submission
    if group:
        return Row(
            group_scores(evaluations), submitted_at=first.created_at, group=group, evaluations=evaluations
        )
    return Row(
        scores_of(evaluations[0]),
        submitted_at=first.created_at,
        submission=first,
        evaluations=evaluations,
    )


def scores_of(row: Evaluation | DatasetScore) -> dict[str, Score]:
    """Return the metrics of a scored evaluation (means over the datasets), or those of one dataset."""
    return {metric: Score(getattr(row, metric)) for metric in METRICS}


def dataset_scores_of(evaluation: Evaluation) -> dict[str, dict[str, Score]]:
    """Return the scores on each dataset of a scored evaluation."""
    return {score.dataset: scores_of(score) for score in evaluation.dataset_scores.all()}


def published_rows(methods: Iterable[PublishedMethod]) -> list[Row]:
    """Return a row for each published method, with its averages over the 12 datasets."""
    averages = PublishedScore.objects.filter(dataset=PublishedScore.AVERAGE, method__in=methods)
    scores = merge_sources(averages, by="method_id")
    return [Row(scores.get(method.pk, {}), method=method) for method in methods]


def add_dataset_scores(rows: Sequence[Row]) -> None:
    """Give rows their scores for each dataset: two queries, however many rows there are."""
    evaluations = {e.pk: e for row in rows for e in row.evaluations}
    prefetch_related_objects(list(evaluations.values()), "dataset_scores")
    for row in rows:
        if row.group:
            row.by_dataset = group_dataset_scores(row.evaluations)
        elif row.evaluations:
            row.by_dataset = dataset_scores_of(row.evaluations[0])
    methods = {row.method.pk: row for row in rows if row.method}
    published: dict[int, list[PublishedScore]] = {}
    for figure in PublishedScore.objects.filter(method__in=methods).exclude(dataset=PublishedScore.AVERAGE):
        published.setdefault(figure.method_id, []).append(figure)
    for pk, scores in published.items():
        methods[pk].by_dataset = merge_sources(scores, by="dataset")


def merge_sources(published: Iterable[PublishedScore], *, by: str) -> dict[Any, dict[str, Score]]:
    """Return one score a metric for each value of the field `by`.

    It is that of the first source; the others are named beside it.
    """
    merged: dict[Any, dict[str, Score]] = {}
    in_order = PublishedScore.Source.values.index
    for score in sorted(published, key=lambda s: in_order(s.source)):
        scores = merged.setdefault(getattr(score, by), {})
        first = scores.get(score.metric)
        if first is None:
            scores[score.metric] = Score(score.mean, score.std, score.get_source_display())
        else:
            other = f"{score.get_source_display()}: {score.mean:.4f}"
            scores[score.metric] = Score(first.value, first.std, first.source, (*first.others, other))
    return merged


def _by_resolution(rows: Iterable[Row], resolutions: Sequence[int]) -> dict[int, list[Row]]:
    split: dict[int, list[Row]] = {resolution: [] for resolution in resolutions}
    for row in rows:
        split[row.resolution].append(row)
    return split


def _best_per_team(rows: Iterable[Row], metric: str) -> list[Row]:
    """Keep the best entry of each team, and every baseline: each of those is a method of its own."""
    best: dict[str, Row] = {}
    for row in rows:  # the earliest first, so that a later equal one does not take its place
        whose = row.key if row.team is None or row.is_baseline else f"team {row.team.pk}"
        if whose not in best or row.scores[metric].value > best[whose].scores[metric].value:
            best[whose] = row
    return list(best.values())


def _value(row: Row, metric: str) -> float | None:
    score = row.scores.get(metric)
    return score.value if score else None


def _order(row: Row) -> tuple[bool, int, bool, float]:
    """Ranked before unranked; among equal ranks, entries of teams by time, before published methods."""
    time = row.submitted_at.timestamp() if row.submitted_at else 0.0
    return row.rank is None, row.rank or 0, row.submitted_at is None, time
