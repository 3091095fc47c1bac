"""Ground truths in the admin."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.http import TeamRequest
from challenge.admin.acting import Place, ReasonForm, ask
from challenge.models import GroundTruth, ranked_ground_truth
from challenge.results.label_changes import changes_by
from challenge.scoring.ground_truth import GroundTruthError
from challenge.services import ground_truths


class ActivationForm(ReasonForm):
    """Reason of an activation."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text="What was wrong with the earlier labels, or why these are better. The history keeps it; the pages of "
        "entries whose scores change show it to everybody, and their teams get it by mail.",
    )


@admin.register(GroundTruth)
class GroundTruthAdmin(ReadOnlyAdmin):
    """Ground truths, loaded by `manage.py load_ground_truth` and activated here."""

    list_display = ["name", "version", "kind", "created_at", "activated_at", "use"]
    fields = ["name", "checksum", "is_official", "origin", "is_demo", "created_at", "activated_at"]
    actions = ["activate"]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Look up the active ground truth and the ranked one once for the whole list."""
        self.active, self.ranked = GroundTruth.objects.active(), ranked_ground_truth()
        return super().changelist_view(request, extra_context)

    @admin.display(description="labels")
    def kind(self, ground_truth: GroundTruth) -> str:
        """Origin in a word or two."""
        if ground_truth.is_demo:
            return "demo data"
        if ground_truth.is_official is None:
            return "unknown"
        return "official" if ground_truth.is_official else "not official"

    @admin.display(description="use")
    def use(self, ground_truth: GroundTruth) -> str:
        """Use for the ranking now."""
        if ground_truth == self.ranked:
            return "ranked" if ground_truth == self.active else "ranked until all are scored again"
        return "active: entries are being scored" if ground_truth == self.active else "-"

    @admin.action(
        description="Activate: rank by this ground truth (asks for a reason)", permissions=["activate"]
    )
    def activate(self, request: TeamRequest, queryset: QuerySet[GroundTruth]) -> HttpResponse | None:
        """Activate the selected ground truth after a page that shows what would change."""
        if queryset.count() != 1:
            self.message_user(request, "Select exactly one ground truth.", messages.ERROR)
            return None
        ground_truth = queryset.get()
        form = ActivationForm(request.POST if "confirm" in request.POST else None)
        if form.is_valid():
            self._activate(request, ground_truth, form.cleaned_data["reason"])
            return None
        try:
            changes = changes_by(ground_truth)
        except GroundTruthError as error:
            self.message_user(request, f"{ground_truth} cannot be activated: {error}", messages.ERROR)
            return None
        listed = reverse("admin:challenge_groundtruth_changelist")
        return ask(
            request,
            f"Activate {ground_truth}",
            "Activate",
            form,
            Place([("Ground truths", listed)]),
            changes.sentences,
            template="activate",
            labels=ground_truth,
            checkbox_name=ACTION_CHECKBOX_NAME,
        )

    def _activate(self, request: TeamRequest, ground_truth: GroundTruth, reason: str) -> None:
        count = ground_truths.activate_ground_truth(ground_truth, by=request.user, reason=reason)
        self.log_change(request, ground_truth, f"Activated: {reason}")
        self.message_user(request, f"{ground_truth} is active. Submissions being scored against it: {count}.")

    def has_activate_permission(self, request: HttpRequest) -> bool:
        """Allow users who may change ground truths."""
        return request.user.has_perm("challenge.change_groundtruth")
