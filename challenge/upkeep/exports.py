"""Tables of all submissions, teams and lines of history, read in portions: memory stays the same for any number."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from accounts.models import Team
from challenge.formats.spreadsheets import Value
from challenge.formats.times import utc
from challenge.models import (
    FACT_FIELDS,
    HistoryLine,
    Metric,
    Submission,
    Versions,
    WithheldDataset,
    ranked_versions,
    state_of,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS

PORTION = 500

M = TypeVar("M", bound=Model)
#: Columns of a table by name, each with a function that reads the value from a row.
Columns = Mapping[str, Callable[[Any], Any]]
Table = tuple[Sequence[str], Iterator[Sequence[Value]]]


@dataclass(frozen=True)
class Export:
    """A table that organizers can download."""

    name: str
    title: str
    about: str
    table: Callable[[], Table]


def _fields(*names: str) -> Columns:
    return {name: attrgetter(name) for name in names}


SUBMISSION: Columns = {
    "id": attrgetter("pk"),
    "team": attrgetter("team.name"),
    "submitted_at": attrgetter("created_at"),
    "phase": attrgetter("phase.name"),
    **_fields("resolution", "model_name", "description", "study_url", "code_url"),
    **_fields("external_data", "special_methods"),
    "group": lambda submission: submission.group and submission.group.name,
    "baseline": lambda submission: submission.training is not None,
    **_fields(
        "predictions_licence",
        "visibility",
        "anonymous_until",
        "counts_toward_limits",
        "chosen_at",
        "withdrawn_at",
    ),
    **_fields("file_deleted_at", "disqualified_at", "disqualification_reason", "held_at", "held_reason"),
    **_fields("first_outcome_at", "file_name", "file_size", "sha256", *FACT_FIELDS),
    "state": lambda submission: state_of(submission).value,
}
SCORES = (
    *("failure", "problems", "warnings", "scored_at", "scorer_version", "labels"),
    *Metric.values,
)
TEAM: Columns = {
    "id": attrgetter("pk"),
    "team": attrgetter("name"),
    **_fields("email", "email_confirmed"),
    "registered_at": attrgetter("created_at"),
    "last_login_at": attrgetter("last_login"),
    **_fields("closed_at", "blocked_at"),
    "active": attrgetter("is_active"),
    "organizer": attrgetter("is_staff"),
    **_fields("submission_count", "counted_submissions"),
}
LINE: Columns = {
    "at": attrgetter("at"),
    "who": attrgetter("actor_name"),
    "act": attrgetter("action"),
    "on": attrgetter("subject"),
    "submission": attrgetter("submission_id"),
    "team": lambda line: line.team and line.team.name,
    "before": lambda line: _json(line.before),
    "after": lambda line: _json(line.after),
    "why": attrgetter("reason"),
}


def submissions_table() -> Table:
    """Return all submissions in all states, the earliest first, with the scores that pages show."""
    rows = Submission.objects.select_related("team", "phase", "group").prefetch_related(
        "evaluations__ground_truth", "evaluations__dataset_scores"
    )
    versions, datasets = ranked_versions(), _datasets()
    values = (
        [*_values(SUBMISSION, row), *_scores(row, versions, datasets)]
        for row in _in_portions(rows, "created_at")
    )
    of_datasets = [f"{dataset}_{metric}" for dataset in datasets for metric in Metric.values]
    return (*SUBMISSION, *SCORES, *of_datasets), values


def _datasets() -> list[str]:
    """Return the names of the public datasets and of all withheld datasets, which can be in several phases."""
    withheld = WithheldDataset.objects.values_list("name", flat=True).distinct().order_by("name")
    return [*(dataset.name for dataset in MEDMNIST_PLUS), *withheld]


def _scores(submission: Submission, versions: Versions | None, datasets: Sequence[str]) -> list[Value]:
    """Return the cause of a failure, and the scores that the page of a submission shows."""
    current, shown = submission.current_evaluation(versions), submission.latest_scores(versions)
    by_dataset = {score.dataset: score for score in shown.dataset_scores.all()} if shown else {}
    return [
        current.failure if current else None,
        "\n".join(current.problems) if current else None,
        "\n".join(shown.warnings) if shown else None,
        _plain(shown.scored_at) if shown else None,
        shown.scorer_version if shown else None,
        shown.ground_truth.checksum if shown else None,
        *(getattr(shown, metric, None) for metric in Metric.values),
        *(getattr(by_dataset.get(dataset), metric, None) for dataset in datasets for metric in Metric.values),
    ]


def teams_table() -> Table:
    """Return all accounts, the earliest first; passwords and their hashes are not among the columns."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
    rows = Team.objects.annotate(
        email_confirmed=Exists(confirmed),
        submission_count=Count("submissions"),
        counted_submissions=Count("submissions", filter=Q(submissions__counts_toward_limits=True)),
    )
    return (*TEAM,), (_values(TEAM, row) for row in _in_portions(rows, "created_at"))


def history_table() -> Table:
    """Return all lines of the history, the earliest first; values before and after are JSON."""
    rows = HistoryLine.objects.select_related("team")
    return (*LINE,), (_values(LINE, row) for row in _in_portions(rows, "at"))


EXPORTS = (
    Export(
        "submissions",
        "Submissions",
        "All submissions in all states: scores on every dataset and their means, checksums, reasons, facts, "
        "visibility, dates.",
        submissions_table,
    ),
    Export(
        "teams",
        "Teams",
        "All accounts with addresses and numbers of submissions, without passwords.",
        teams_table,
    ),
    Export("history", "History", "All acts of organizers: who, when, before, after, why.", history_table),
)


def _in_portions(rows: QuerySet[M], time: str) -> Iterator[M]:
    """Return all rows in the order of a time, a portion at a time; MySQL's driver would load all rows at once."""
    rows = rows.order_by(time, "pk")
    portion = list(rows[:PORTION])
    while portion:
        yield from portion
        last = portion[-1]
        later = Q(**{f"{time}__gt": getattr(last, time)})
        same = Q(**{time: getattr(last, time), "pk__gt": last.pk})
        portion = list(rows.filter(later | same)[:PORTION])


def _values(columns: Columns, row: Model) -> list[Value]:
    return [_plain(read(row)) for read in columns.values()]


def _plain(value: Any) -> Value:
    if isinstance(value, datetime):
        return utc(value)
    return value.isoformat() if isinstance(value, date) else value


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
