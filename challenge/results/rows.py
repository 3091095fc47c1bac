"""Rows of a ranking: an entry, the seeds of one method, or a published method, each with its scores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.db.models import prefetch_related_objects

from accounts.team_names import ANONYMOUS
from challenge.models import (
    DatasetScore,
    Evaluation,
    MethodGroup,
    PublishedMethod,
    PublishedScore,
    Submission,
    day_start,
)
from challenge.results.merged_sources import merge_sources
from challenge.results.score import Difference, Score, Series, any_close_to_one
from challenge.results.seeds import group_dataset_scores, group_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.metrics.ranked import METRICS

#: Object that a row represents.
Owner = Submission | MethodGroup | PublishedMethod

_KEY = re.compile(r"([sgp])([0-9]{1,9})", re.ASCII)


class Kind(StrEnum):
    """Kinds of rows, with their letter in URLs."""

    ENTRY = "s"
    SEEDS = "g"
    PUBLISHED = "p"


@dataclass(frozen=True, slots=True)
class RowKey:
    """Identity of a row: its kind, and the number of its page. Written as in URLs of comparisons: "s12"."""

    kind: Kind
    pk: int

    def __str__(self) -> str:
        return f"{self.kind}{self.pk}"

    @classmethod
    def of(cls, owner: Owner) -> "RowKey":
        """Return the key of the row of this submission, group or method."""
        match owner:
            case Submission():
                return cls(Kind.ENTRY, owner.pk)
            case MethodGroup():
                return cls(Kind.SEEDS, owner.pk)
            case _:
                return cls(Kind.PUBLISHED, owner.pk)

    @classmethod
    def parse(cls, text: str) -> "RowKey | None":
        """Parse a key, or return None if the text is not a key."""
        match = _KEY.fullmatch(text)
        return cls(Kind(match[1]), int(match[2])) if match else None


@dataclass(frozen=True)
class Row:
    """One line of a ranking. Functions that add information return new rows."""

    owner: Owner
    #: Means over the datasets, by metric.
    scores: Mapping[str, Score]
    #: Evaluations behind the scores: one, or one per seed.
    evaluations: Sequence[Evaluation] = ()
    #: Scores by dataset and metric, if they were loaded.
    by_dataset: Mapping[str, Mapping[str, Score]] = field(default_factory=dict)
    rank: int | None = None
    #: Range of the rank over resamples of the test images.
    rank_range: tuple[int, int] | None = None
    #: Range of the rank over resamples of the datasets, and of the test images if the row has replicates.
    rank_range_over_datasets: tuple[int, int] | None = None
    #: True if the row cannot be distinguished from the leader; None if it was not compared.
    is_with_leader: bool | None = None
    #: Number of scored submissions that the row was selected from: see `leaderboard.attempts`.
    attempts: int | None = None
    #: Datasets behind the means.
    benchmark: Benchmark = MEDMNIST_PLUS
    #: Mean over the public datasets minus that over the withheld datasets, by metric: see `results.withheld`.
    gaps: Mapping[str, Difference] = field(default_factory=dict)
    #: Name of its team, for a viewer who may know it although others may not.
    hidden_team: str = ""

    @cached_property
    def key(self) -> RowKey:
        """Identity of the row; a ranking of thousands of rows reads it many times."""
        return RowKey.of(self.owner)

    @property
    def submission(self) -> Submission | None:
        """The submission, if the row is a submission."""
        return self.owner if isinstance(self.owner, Submission) else None

    @property
    def group(self) -> MethodGroup | None:
        """The group, if the row is a group of seeds."""
        return self.owner if isinstance(self.owner, MethodGroup) else None

    @property
    def method(self) -> PublishedMethod | None:
        """The published method, if the row is a published method."""
        return self.owner if isinstance(self.owner, PublishedMethod) else None

    @property
    def label(self) -> str:
        """Label of the row in figures."""
        return f"{self.name} ({self.team_name})" if self.team_name else str(self.owner)

    @property
    def name(self) -> str:
        """Name chosen by the team, or title of the published method."""
        match self.owner:
            case Submission():
                return self.owner.model_name
            case MethodGroup():
                return self.owner.name
            case _:
                return self.owner.title

    @property
    def team_name(self) -> str | None:
        """Name of the row's team, as everybody may see it; None for a published method."""
        if isinstance(self.owner, PublishedMethod):
            return None
        return ANONYMOUS if self.is_anonymous else str(self.owner.team)

    @property
    def team_key(self) -> tuple[int, bool] | None:
        """Identity of the team, never shown. The anonymous entries of a team are a team of their own."""
        return None if isinstance(self.owner, PublishedMethod) else (self.owner.team_id, self.is_anonymous)

    @property
    def members(self) -> list[Submission]:
        """Submissions behind the scores."""
        if isinstance(self.owner, Submission):
            return [self.owner]
        return [evaluation.submission for evaluation in self.evaluations]

    @property
    def n_runs(self) -> int | None:
        """Number of training runs behind the scores, one for each seed; None for a published method."""
        return len(self.evaluations) or None

    @property
    def is_anonymous(self) -> bool:
        """True if its team is hidden now."""
        return any(member.is_anonymous for member in self.members)

    @property
    def is_private(self) -> bool:
        """True if its team made it private."""
        return any(member.is_private for member in self.members)

    @property
    def is_hidden(self) -> bool:
        """True if only its team and the organizers see it."""
        return any(member.is_hidden for member in self.members)

    @property
    def submitted_at(self) -> datetime | None:
        """Time of the first submission, only its day while the team is hidden; None for a published method."""
        if not self.members:
            return None
        time = self.members[0].created_at
        return day_start(time) if self.is_anonymous else time

    @property
    def chosen_at(self) -> datetime | None:
        """Time at which the team chose it to represent the team; None if it did not, or is hidden."""
        times = [member.chosen_at for member in self.members if member.chosen_at]
        return max(times) if times and not self.is_anonymous else None

    @property
    def is_chosen(self) -> bool:
        """True if the team chose it to represent the team."""
        return self.chosen_at is not None

    @property
    def study_url(self) -> str:
        """Link to the study; for a group, the first link among its members. Empty while the team is hidden."""
        if self.is_anonymous:
            return ""
        return next((member.study_url for member in self.members if member.study_url), "")

    @property
    def is_baseline(self) -> bool:
        """True if the organizers trained it, with the code of this site."""
        return bool(self.members) and all(member.is_baseline for member in self.members)

    @property
    def is_standard(self) -> bool:
        """True if all its submissions follow the standard protocol."""
        return all(member.is_standard for member in self.members)

    @property
    def external_data(self) -> bool:
        """True if data beyond MedMNIST+ was used."""
        return any(member.external_data for member in self.members)

    @property
    def special_methods(self) -> str:
        """Departures from the standard protocol, in the words of the team."""
        return next((member.special_methods for member in self.members if member.special_methods), "")

    @property
    def url(self) -> str:
        """URL of its permanent page."""
        return self.owner.get_absolute_url()

    @property
    def resolution(self) -> int:
        """Width and height of the images, in pixels."""
        if isinstance(self.owner, MethodGroup):
            return self.members[0].resolution if self.evaluations else 0
        return self.owner.resolution

    @property
    def phase(self) -> int | None:
        """Number of the phase that it was submitted in; None for a published method."""
        return self.members[0].phase_id if self.members else None

    @property
    def is_close_to_one(self) -> bool:
        """True if one of its scores with an interval is close to 1."""
        tables = (self.scores, *self.by_dataset.values())
        return any_close_to_one(score for scores in tables for score in scores.values())

    def series(self, metric: str) -> Series:
        """Return one metric of this row, for the datasets that have it."""
        scores = {name: scores[metric] for name, scores in self.by_dataset.items() if metric in scores}
        return Series(self.label, scores, is_published=self.method is not None)


def row_of(
    group: MethodGroup | None, evaluations: Sequence[Evaluation], benchmark: Benchmark = MEDMNIST_PLUS
) -> Row:
    """Return the row of a group's evaluations, earliest first, or of a single evaluation, on these datasets."""
    if group:
        return Row(group, group_scores(evaluations), evaluations, benchmark=benchmark)
    first = evaluations[0]
    return Row(first.submission, scores_of(first), evaluations, benchmark=benchmark)


def shared_benchmark(rows: Iterable[Row]) -> Benchmark:
    """Return the datasets of rows of one board; those of MedMNIST+ without rows."""
    return next((row.benchmark for row in rows), MEDMNIST_PLUS)


def scores_of(row: Evaluation | DatasetScore) -> dict[str, Score]:
    """Return the metrics of a scored evaluation (means over the datasets), or of one dataset score."""
    return {metric: Score(getattr(row, metric)) for metric in METRICS}


def dataset_scores_of(evaluation: Evaluation) -> dict[str, dict[str, Score]]:
    """Return the scores of a scored evaluation on each dataset."""
    return {score.dataset: scores_of(score) for score in evaluation.dataset_scores.all()}


def published_rows(methods: Iterable[PublishedMethod]) -> list[Row]:
    """Return a row per published method, with its averages over the datasets."""
    averages = PublishedScore.objects.filter(dataset=PublishedScore.AVERAGE, method__in=methods)
    scores = merge_sources(averages, by="method_id")
    return [Row(method, scores.get(method.pk, {})) for method in methods]


def with_dataset_scores(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with their scores on each dataset, in two queries."""
    evaluations = {e.pk: e for row in rows for e in row.evaluations}
    prefetch_related_objects(list(evaluations.values()), "dataset_scores")
    published: dict[int, list[PublishedScore]] = {}
    methods = [row.method for row in rows if row.method]
    for score in PublishedScore.objects.filter(method__in=methods).exclude(dataset=PublishedScore.AVERAGE):
        published.setdefault(score.method_id, []).append(score)
    return [replace(row, by_dataset=_dataset_scores(row, published)) for row in rows]


def _dataset_scores(row: Row, published: Mapping[int, list[PublishedScore]]) -> dict[str, dict[str, Score]]:
    match row.owner:
        case MethodGroup():
            return group_dataset_scores(row.evaluations)
        case Submission():
            return dataset_scores_of(row.evaluations[0])
        case _:
            return merge_sources(published.get(row.owner.pk, ()), by="dataset")
