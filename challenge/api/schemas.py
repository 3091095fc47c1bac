"""Answers, and the choices of readers. Names of fields are those of the site's JSON exports."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from challenge.models import Resolution

#: The most that a column of the database holds.
MOST_NUMBER = 2**31 - 1

#: Numbers by name: a metric such as `auc`, or a part of it such as `auc_low`, `auc_high`, `auc_se`.
Numbers = dict[str, float | str | list[str] | None]


class Rank(Schema):
    """Rank by one metric among all entries and published methods at the resolution, and its ranges over resamples."""

    rank: int
    low: int | None
    high: int | None
    low_over_datasets: int | None
    high_over_datasets: int | None
    of: int


class Entry(Schema):
    """An entry as everybody may see it."""

    id: int
    url: str
    name: str
    team: str
    resolution: int
    submitted_at: str
    description: str
    study_url: str | None
    code_url: str | None
    external_data: bool
    special_methods: str
    standard: bool
    baseline: bool
    chosen_by_team: bool
    attempts: int | None
    facts: dict[str, Any]
    group: str | None
    withdrawn: bool
    scored_at: str | None
    ranks: dict[str, Rank | None] | None
    average: Numbers | None
    datasets: dict[str, Numbers] | None


class Submission(Entry):
    """A submission as its team sees it."""

    state: Literal["queued", "scoring", "scored", "failed"]
    disqualified: bool
    held: bool
    visibility: Literal["public", "anonymous", "private"]
    anonymous_until: date | None
    file_name: str
    file_size: int
    sha256: str
    #: Sentences about what is wrong with the file, and about what may be wrong with it.
    problems: list[str]
    warnings: list[str]
    #: Number of submissions that are scored before it; null if it is not queued.
    waiting_before: int | None
    has_intervals: bool


class SubmissionLine(Schema):
    """A submission in a list."""

    id: int
    url: str
    name: str
    resolution: int
    submitted_at: datetime
    state: Literal["queued", "scoring", "scored", "failed"]
    visibility: Literal["public", "anonymous", "private"]
    withdrawn: bool
    #: Means over the datasets, by metric; null without scores.
    average: dict[str, float] | None
    problems: list[str]
    warnings: list[str]


class SubmissionPage(Schema):
    """A page of the team's submissions, the newest first."""

    submissions: list[SubmissionLine]
    #: Cursor of the next page; null on the last page.
    next: str | None


class Group(Schema):
    """Seeds of one method."""

    id: int
    url: str
    name: str
    team: str
    resolution: int | None
    standard: bool | None
    n_seeds: int
    facts: dict[str, Any]
    ranks: dict[str, Rank | None] | None
    average: Numbers | None
    datasets: dict[str, Numbers] | None
    members: list[dict[str, Any]]


class Interval(Schema):
    """A value with its 95 % interval; null if there is none."""

    value: float
    low: float | None
    high: float | None


class BoardRow(Schema):
    """A row of the leaderboard."""

    #: Key of the row, as in addresses of comparisons.
    key: str
    kind: Literal["entry", "seeds", "published"]
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    rank_low_over_datasets: int | None
    rank_high_over_datasets: int | None
    #: True if the row cannot be distinguished from the leading entry; null if it was not compared.
    with_leader: bool | None
    name: str
    #: Name of the team; of a published method, its training scheme.
    about: str
    url: str
    study_url: str
    parameters_millions: float | None
    average: dict[str, Interval]


class Board(Schema):
    """A page of the leaderboard."""

    resolution: int
    metric: str
    made_at: datetime
    #: False while a newer leaderboard is being computed.
    is_current: bool
    n_rows: int
    rows: list[BoardRow]
    #: Cursor of the next page; null on the last page.
    next: str | None


class ReleaseRow(BoardRow):
    """A row of a release, as it was frozen; `url` and `mark` are of today."""

    url: str = Field(description="Page of the entry; empty if others cannot see it today.")
    mark: str = Field(description="Sentence about an entry that has left since; empty otherwise.")


class ReleaseBoard(Schema):
    """A page of the leaderboard of a release."""

    release: str
    resolution: int
    metric: str
    frozen_at: datetime
    n_rows: int
    rows: list[ReleaseRow]
    #: Cursor of the next page; null on the last page.
    next: str | None


class Archive(Schema):
    """File with all rows, scores and replicates of a release; its bytes never change."""

    url: str
    size: int
    sha256: str
    licence: str


class Release(Schema):
    """A frozen leaderboard. Nothing of it changes, except that it gets a DOI."""

    name: str
    url: str
    frozen_at: datetime
    doi: str | None
    #: True if the scores come from synthetic labels and mean nothing.
    is_demo: bool
    archive: Archive
    versions: dict[str, Any] = Field(description="Versions of site, scorer, labels and bootstrap.")
    rows_by_resolution: dict[str, dict[str, int]] = Field(
        description="Numbers of entries, of published results, and of rows with a rank by AUC."
    )
    bibtex: str


class ReleaseQuery(Schema):
    """Choices of a reader of a release."""

    resolution: Resolution = Resolution.R224
    metric: Literal["auc", "balanced_accuracy", "cohen_kappa", "accuracy"] = "auc"
    entries: Literal["best", "all"] = Field(
        "best", description="The best entry of each team, or all entries."
    )
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, pattern="^[0-9]{1,7}$", description="`next` of the page before.")


class BoardQuery(ReleaseQuery):
    """Choices of a reader of the leaderboard."""

    published: bool = Field(True, description="Whether published results are among the rows.")
    protocol: Literal["any", "standard"] = "any"
    phase: int | None = Field(
        None, ge=1, le=MOST_NUMBER, description="Number of a phase; by default the first one."
    )
    q: str = Field("", max_length=100, description="Words in the name of the team or the model.")


class Dataset(Schema):
    """A dataset of the benchmark."""

    name: str
    title: str
    task: str
    n_classes: int
    n_test: int
    labels: list[str]


class MetricInfo(Schema):
    """A metric that ranks."""

    name: str
    label: str


class PhaseInfo(Schema):
    """A phase, with its limits and its datasets."""

    id: int
    name: str
    opens_at: datetime
    closes_at: datetime | None
    takes_submissions: bool
    has_public_results: bool
    daily_limit: int
    total_limit: int
    datasets: list[str]


class Quota(Schema):
    """Submissions that are left to the team in a phase that takes submissions now."""

    phase: int
    name: str
    day_limit: int
    day_left: int
    total_limit: int
    total_left: int
    failures_left: int
    resets_at: datetime
    #: Why no submission is accepted now; empty while some are left.
    refusal: str
