"""Submissions in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import display_for_value
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from challenge.admin.read_only import ReadOnlyAdmin
from challenge.admin.revisions import RevisionInline
from challenge.models import FACT_FIELDS, Evaluation, GroundTruth, Metric, OutcomeMail, Submission
from challenge.services import entries, evaluations, submissions


class EvaluationInline(admin.TabularInline):
    """Evaluations of a submission."""

    model = Evaluation
    extra = 0
    can_delete = False
    readonly_fields = [
        *("ground_truth", "scorer_version", "status", "failure", "attempts", "scored_at"),
        "means",
        "what_is_wrong",
        "signs_of_mistakes",
    ]
    fields = (*readonly_fields,)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no new rows: the worker creates evaluations."""
        return False

    @admin.display(description="means")
    def means(self, evaluation: Evaluation) -> str:
        """Means over the datasets, one a line."""
        if evaluation.auc is None:
            return "-"
        lines = ((label, f"{getattr(evaluation, name):.4f}") for name, label in Metric.choices)
        return format_html_join("", "<p>{} {}</p>", lines)

    @admin.display(description="problems")
    def what_is_wrong(self, evaluation: Evaluation) -> str:
        """Reasons why the evaluation failed, one a line."""
        return format_html_join("", "<p>{}</p>", ((problem,) for problem in evaluation.problems)) or "-"

    @admin.display(description="warnings")
    def signs_of_mistakes(self, evaluation: Evaluation) -> str:
        """Warnings about a valid file, one a line."""
        return format_html_join("", "<p>{}</p>", ((warning,) for warning in evaluation.warnings)) or "-"


class DisqualifyForm(forms.Form):
    """Reason of a disqualification."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), help_text="The team sees this text.")


class ProtocolForm(forms.ModelForm):
    """Correction of a team's statements about the protocol."""

    class Meta:
        model = Submission
        fields = ["external_data", "special_methods"]
        widgets = {"special_methods": forms.TextInput(attrs={"size": 80})}


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Submissions: search, view, score again, disqualify, and correct their protocol."""

    list_display = [
        "id", "model_name", "team_name", "resolution", "created_at", "state", "auc", "counts_toward_limits",
        "visibility", "is_withdrawn", "is_disqualified",
    ]  # fmt: skip
    list_display_links = ["id", "model_name"]
    list_filter = [
        "resolution",
        "phase",
        "evaluations__status",
        "evaluations__failure",
        "external_data",
        ("special_methods", admin.EmptyFieldListFilter),
        "counts_toward_limits",
        "visibility",
        ("withdrawn_at", admin.EmptyFieldListFilter),
        "created_at",
    ]
    search_fields = ["model_name", "team__name", "team__email", "description", "sha256", "=id"]
    date_hierarchy = "created_at"
    list_select_related = ["team"]
    exclude = ["file"]
    readonly_fields = [
        "page", "download", "group", "training", "chosen_at", "withdrawn_at", "file_deleted_at",
        "disqualified_at", "disqualification_reason", "file_name", "file_size",
        "sha256", "counts_toward_limits", "created_at", "mailed",
    ]  # fmt: skip
    inlines = [EvaluationInline, RevisionInline]
    actions = ["score_again", "disqualify", "reinstate", "restore", "correct_protocol"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Prefetch the evaluations, so that a page of submissions takes a fixed number of queries."""
        return super().get_queryset(request).prefetch_related("evaluations__ground_truth")

    def get_fieldsets(self, request: HttpRequest, obj: Submission | None = None) -> list[Any]:
        """Show the facts of the method in a section of their own, below the other fields."""
        others = [name for name in self.get_fields(request, obj) if name not in FACT_FIELDS]
        return [(None, {"fields": others}), ("Facts of the method", {"fields": FACT_FIELDS})]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Look up the active ground truth once for the whole list."""
        self.ground_truth = GroundTruth.objects.active()
        return super().changelist_view(request, extra_context)

    @admin.display(description="team", ordering="team__name")
    def team_name(self, submission: Submission) -> str:
        """Name of the team. Django does not wrap a column of the field itself, and a long name hides the others."""
        return str(submission.team)

    @admin.display(description="state")
    def state(self, submission: Submission) -> str:
        """Status of the evaluation by the ranked versions."""
        evaluation = submission.current_evaluation(self.ground_truth)
        return evaluation.get_status_display() if evaluation else "-"

    @admin.display(description="AUC")
    def auc(self, submission: Submission) -> str:
        """Mean AUC."""
        evaluation = submission.latest_scores(self.ground_truth)
        return f"{evaluation.auc:.4f}" if evaluation else "-"

    @admin.display(description="disqualified", boolean=True)
    def is_disqualified(self, submission: Submission) -> bool:
        """True if the submission is disqualified."""
        return submission.is_disqualified

    @admin.display(description="withdrawn", boolean=True)
    def is_withdrawn(self, submission: Submission) -> bool:
        """True if the team took the submission back."""
        return submission.is_withdrawn

    @admin.display(description="page on the site")
    def page(self, submission: Submission) -> str:
        """Link to the public page."""
        return format_html('<a href="{0}">{0}</a>', submission.get_absolute_url())

    @admin.display(description="file")
    def download(self, submission: Submission) -> str:
        """Link to the uploaded file."""
        return format_html(
            '<a href="{}">{}</a>', reverse("submission_file", args=[submission.pk]), submission.file_name
        )

    @admin.display(description="mailed")
    def mailed(self, submission: Submission) -> str:
        """Time at which the mail about the first outcome was sent, or its status."""
        mail = OutcomeMail.objects.filter(submission=submission).first()
        return display_for_value(mail.sent_at, mail.get_status_display()) if mail else "-"

    def has_organize_permission(self, request: HttpRequest) -> bool:
        """Allow users who may change submissions."""
        return request.user.has_perm("challenge.change_submission")

    @admin.action(description="Score again", permissions=["organize"])
    def score_again(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Score submissions against the active ground truth; this does not count towards any team's limits."""
        try:
            count = evaluations.queue_evaluations(queryset)
        except evaluations.NoGroundTruthError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"Submissions being scored again: {count}.")

    @admin.action(description="Disqualify (asks for a reason)", permissions=["organize"])
    def disqualify(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Remove submissions from the ranking, with a reason that the team sees."""
        form = DisqualifyForm(request.POST if "confirm" in request.POST else None)
        if form.is_valid():
            for submission in queryset:
                submissions.disqualify(submission, form.cleaned_data["reason"])
                self.log_change(request, submission, f"Disqualified: {form.cleaned_data['reason']}")
            self.message_user(request, f"Submissions disqualified: {len(queryset)}.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Disqualify submissions",
            "form": form,
            "submissions": queryset,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return render(request, "admin/challenge/disqualify.html", context)

    @admin.action(description="Reinstate (withdraw the disqualification)", permissions=["organize"])
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Put submissions back into the ranking."""
        for submission in queryset:
            submissions.reinstate(submission)
            self.log_change(request, submission, "Disqualification withdrawn")
        self.message_user(request, f"Submissions reinstated: {len(queryset)}.")

    @admin.action(description="Restore (undo the withdrawal by the team)", permissions=["organize"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Put withdrawn submissions back whose file exists."""
        for submission in queryset.filter(withdrawn_at__isnull=False):
            try:
                entries.restore(submission)
            except entries.EntryRefusedError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.log_change(request, submission, "Restored after a withdrawal")
                self.message_user(request, f"{submission} was restored.")

    @admin.action(description="Correct the protocol (standard or not)", permissions=["organize"])
    def correct_protocol(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Correct a team's statements about external data and special methods."""
        if queryset.count() != 1:
            self.message_user(request, "Select exactly one submission.", messages.ERROR)
            return None
        submission = queryset.get()
        form = ProtocolForm(request.POST if "confirm" in request.POST else None, instance=submission)
        if form.is_valid():
            entries.correct_protocol(submission, **form.cleaned_data)
            self.log_change(request, submission, f"Protocol corrected: {_describe_protocol(submission)}")
            self.message_user(request, f"{submission} was corrected.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Correct the protocol of a submission",
            "form": form,
            "submission": submission,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return render(request, "admin/challenge/correct_protocol.html", context)


def _describe_protocol(submission: Submission) -> str:
    data = "data beyond MedMNIST+" if submission.external_data else "no data beyond MedMNIST+"
    return f"{data}; special methods: {submission.special_methods or 'none'}"
