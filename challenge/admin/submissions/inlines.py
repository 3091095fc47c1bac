"""Tables on the page of a submission: evaluations, mails, history."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from challenge.admin.evaluations import outcome_of
from challenge.admin.history import changes_of
from challenge.models import Evaluation, HistoryLine, IntegrityFlag, Mail, Metric


class ReadOnlyInline(admin.TabularInline):
    """Rows that the site itself makes: nobody adds, changes or deletes them here."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no new rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no changes."""
        return False


class EvaluationInline(ReadOnlyInline):
    """Evaluations of a submission."""

    model = Evaluation
    fields = readonly_fields = (
        *("ground_truth", "scorer_version", "outcome", "attempts", "scored_at"),
        *("means", "notes"),
    )

    @admin.display(description="state")
    def outcome(self, evaluation: Evaluation) -> str:
        """State, with the cause of a failure."""
        return outcome_of(evaluation)

    @admin.display(description="means")
    def means(self, evaluation: Evaluation) -> str:
        """Means over the datasets, one a line."""
        if evaluation.auc is None:
            return "-"
        lines = ((label, f"{getattr(evaluation, name):.4f}") for name, label in Metric.choices)
        return format_html_join("", "<p>{} {}</p>", lines)

    @admin.display(description="problems and warnings")
    def notes(self, evaluation: Evaluation) -> str:
        """Reasons why the evaluation failed, and warnings about a valid file, one a line."""
        notes = [*evaluation.problems, *evaluation.warnings]
        return format_html_join("", "<p>{}</p>", ((note,) for note in notes)) or "-"


class MailInline(ReadOnlyInline):
    """Mails about a submission."""

    model = Mail
    fields = readonly_fields = ("created_at", "name", "status", "sent_at", "attempts")
    ordering = ["-pk"]


class FlagInline(ReadOnlyInline):
    """Flags of integrity of a submission, for those who may see flags."""

    model = IntegrityFlag
    fields = readonly_fields = ("finding", "status", "created_at", "reason")

    @admin.display(description="finding")
    def finding(self, flag: IntegrityFlag) -> str:
        """Link to the page of the flag, where organizers decide."""
        address = reverse("admin:challenge_integrityflag_change", args=[flag.pk])
        return format_html('<a href="{}">{}</a>', address, flag.get_kind_display())


class HistoryInline(ReadOnlyInline):
    """Lines of the history about a submission."""

    model = HistoryLine
    fields = readonly_fields = ("at", "actor_name", "action", "changes", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HistoryLine]:
        """Keep the lines that the organizer may see."""
        return HistoryLine.objects.shown_to(request.user)

    @admin.display(description="changes")
    def changes(self, line: HistoryLine) -> str:
        """Values before and after the act, one name a line."""
        return changes_of(line)
