"""Evaluations in the admin: the lists behind the numbers of the dashboard."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin.read_only import ReadOnlyAdmin
from challenge.formats.numbers import exponent
from challenge.formats.texts import cut
from challenge.models import Evaluation, Verification

#: Characters of a problem that a list shows.
SHOWN = 120


class BrokenAgainFilter(admin.SimpleListFilter):
    """Filter by failures of submissions that keep their old scores."""

    title, parameter_name = "scoring again", "broken_again"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the only choice."""
        return [("yes", "failed: old scores stay")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Evaluation]:
        """Keep the failures after which no scoring succeeded."""
        return queryset.broken_again() if self.value() == "yes" else queryset


class VerificationFilter(admin.SimpleListFilter):
    """Filter by the outcome of the verification with the field's own code."""

    title, parameter_name = "verification", "verification"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the outcomes."""
        return [
            ("equal", "scores are equal"),
            ("differs", "scores differ"),
            ("failed", "could not be verified"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Evaluation]:
        """Keep the evaluations with the chosen outcome."""
        outcomes = Verification.objects.all()
        match self.value():
            case "equal":
                outcomes = outcomes.equal()
            case "differs":
                outcomes = outcomes.differing()
            case "failed":
                outcomes = outcomes.failed()
            case _:
                return queryset
        return queryset.filter(verification__in=outcomes)


def outcome_of(evaluation: Evaluation) -> str:
    """Return the state of an evaluation, with the cause of its last failure, unless it is tried again now."""
    state, cause = evaluation.get_status_display(), evaluation.get_failure_display()
    return f"{state}: {cause}" if cause and not evaluation.is_pending else state


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Scorings by state and cause of failure; each leads to its submission, where organizers act."""

    list_display = ["entry", "team_name", "outcome", "first_problem", "verified", "queued_at"]
    list_display_links = None
    list_filter = [
        "status",
        "failure",
        BrokenAgainFilter,
        VerificationFilter,
        "ground_truth",
        "scorer_version",
        "claimed_at",
    ]
    search_fields = ["submission__model_name", "submission__team__name", "=submission__id"]
    list_select_related = ["submission__team", "verification"]

    @admin.display(description="submission")
    def entry(self, evaluation: Evaluation) -> str:
        """Link to the submission in the admin."""
        address = reverse("admin:challenge_submission_change", args=[evaluation.submission_id])
        return format_html('<a href="{}">{}</a>', address, evaluation.submission)

    @admin.display(description="team", ordering="submission__team__name")
    def team_name(self, evaluation: Evaluation) -> str:
        """Name of the team."""
        return str(evaluation.submission.team)

    @admin.display(description="state", ordering="status")
    def outcome(self, evaluation: Evaluation) -> str:
        """State, with the cause of a failure."""
        return outcome_of(evaluation)

    @admin.display(description="first problem")
    def first_problem(self, evaluation: Evaluation) -> str:
        """First reason of the failure, cut to a line or two."""
        return cut(evaluation.problems[0], SHOWN) if evaluation.problems else "-"

    @admin.display(description="verification")
    def verified(self, evaluation: Evaluation) -> str:
        """Comparison with the scores of the field's own code; the history has the values that differ."""
        found: Verification | None = getattr(evaluation, "verification", None)
        if found is None or found.largest_difference is None:
            failed = found is not None and found.status == Verification.Status.FAILED
            return "not possible; see the worker's log" if failed else "-"
        if not found.differs:
            return "equal"
        first, *others = dict.fromkeys(f"{one['dataset']} {one['metric']}" for one in found.differences)
        more = f" and {len(others)} more" if others else ""
        return f"differs by up to {exponent(found.largest_difference)}: {first}{more}"
