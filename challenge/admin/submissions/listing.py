"""List of submissions: columns, filters, search."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.text import Truncator

from accounts.admin.read_only import ReadOnlyAdmin
from challenge.models import (
    Evaluation,
    State,
    Submission,
    failed_because_of,
    in_state,
    ranked_versions,
    same_file_in_several_teams,
    state_of,
)

#: Longest reason in the list; the page of the submission has all of it.
LONGEST_REASON = 90
DOI = re.compile(r"10\.\d{4,9}/[^\s?#]+")


class StateFilter(admin.SimpleListFilter):
    """Filter by state."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the states."""
        return [(str(value), str(label)) for value, label in State.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Submission]:
        """Keep the submissions in the chosen state."""
        state = self.value() or ""
        return in_state(queryset, state) if state in State.values else queryset


class FailureFilter(admin.SimpleListFilter):
    """Filter by the cause of a failure."""

    title, parameter_name = "cause of failure", "failure"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the causes."""
        return [(str(value), str(label)) for value, label in Evaluation.Failure.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Submission]:
        """Keep the submissions that failed because of the chosen cause."""
        cause = self.value() or ""
        return failed_because_of(queryset, cause) if cause in Evaluation.Failure.values else queryset


class SameFileFilter(admin.SimpleListFilter):
    """Filter by files that several teams sent."""

    title, parameter_name = "same file", "same_file"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the only choice."""
        return [("teams", "sent by several teams")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Submission]:
        """Keep the submissions whose file another team sent, too."""
        return same_file_in_several_teams(queryset) if self.value() == "teams" else queryset


class SubmissionList(ReadOnlyAdmin):
    """Six columns, filters, and a search that takes what people paste."""

    list_display = ["entry", "team_name", "resolution", "created_at", "state", "auc"]
    list_display_links = ["entry"]
    list_filter = [
        StateFilter,
        FailureFilter,
        SameFileFilter,
        "resolution",
        "visibility",
        "phase",
        "external_data",
        ("special_methods", admin.EmptyFieldListFilter),
        "counts_toward_limits",
        "created_at",
    ]
    search_fields = [
        "model_name", "team__name", "team__email", "description", "study_url", "code_url", "file_name", "sha256",
    ]  # fmt: skip
    search_help_text = "Team, address, model, DOI or link, name or SHA-256 of the file, or #number."
    date_hierarchy = "created_at"
    list_select_related = ["team"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Prefetch the evaluations, so that a page of submissions takes a fixed number of queries."""
        return super().get_queryset(request).prefetch_related("evaluations__ground_truth")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        """Find submissions by number (`#12`), by the DOI in a link, or by the words of the other fields."""
        term = search_term.strip()
        number = re.fullmatch(r"#?(\d{1,18})", term)
        if number and (found := queryset.filter(pk=number[1])):
            return found, False
        if doi := DOI.search(term):
            term = doi[0]
        return super().get_search_results(request, queryset, term)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Look up the ranked versions once for the whole list."""
        self.versions = ranked_versions()
        return super().changelist_view(request, extra_context)

    @admin.display(description="submission", ordering="model_name")
    def entry(self, submission: Submission) -> str:
        """Number and name of the model."""
        return str(submission)

    @admin.display(description="team", ordering="team__name")
    def team_name(self, submission: Submission) -> str:
        """Name of the team. Django does not wrap a column of the field itself, and a long name hides the others."""
        return str(submission.team)

    @admin.display(description="state")
    def state(self, submission: Submission) -> str:
        """State, what else changes who sees the entry, and the first reason of a removal or failure, shortened."""
        states, reason = "; ".join(states_of(submission)), first_reason(submission)
        if not reason:
            return states
        return format_html('{}<p class="quiet">{}</p>', states, Truncator(reason).chars(LONGEST_REASON))

    @admin.display(description="AUC")
    def auc(self, submission: Submission) -> str:
        """Mean AUC."""
        evaluation = submission.latest_scores(self.versions)
        return f"{evaluation.auc:.4f}" if evaluation else "-"


def states_of(submission: Submission) -> Iterator[str]:
    """Yield the state of a submission in words, and what else matters: scoring again, visibility."""
    state = state_of(submission)
    yield str(state.label)
    if submission.is_scored and any(evaluation.is_pending for evaluation in submission.evaluations.all()):
        yield "being scored again"
    if submission.broken_again:
        yield "scoring again failed"
    if submission.is_anonymous or submission.is_private:
        yield submission.get_visibility_display().lower()


def first_reason(submission: Submission) -> str:
    """Return the first reason why a submission is disqualified, held or failed; empty if it is none of them."""
    if submission.is_disqualified:
        return submission.disqualification_reason
    if submission.is_held:
        return submission.held_reason
    failed = [e for e in submission.evaluations.all() if e.failure]
    last = submission.broken_again or max(failed, key=lambda evaluation: evaluation.created_at, default=None)
    if last is None or not (submission.broken_again or state_of(submission) == State.FAILED):
        return ""
    return next(iter(last.problems), str(last.get_failure_display()).capitalize())
