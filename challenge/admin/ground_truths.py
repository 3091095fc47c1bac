"""Ground truths in the admin."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from challenge.admin.read_only import ReadOnlyAdmin
from challenge.models import GroundTruth
from challenge.services import ground_truths


@admin.register(GroundTruth)
class GroundTruthAdmin(ReadOnlyAdmin):
    """Ground truths, loaded by `manage.py load_ground_truth` and activated here."""

    list_display = ["name", "version", "is_demo", "created_at", "activated_at", "is_active"]
    fields = ["name", "checksum", "is_demo", "created_at", "activated_at"]
    actions = ["activate"]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Look up the active ground truth once for the whole list."""
        self.active = GroundTruth.objects.active()
        return super().changelist_view(request, extra_context)

    @admin.display(description="active", boolean=True)
    def is_active(self, ground_truth: GroundTruth) -> bool:
        """True if entries are ranked by this ground truth."""
        return ground_truth == self.active

    @admin.action(description="Activate: rank by this ground truth", permissions=["activate"])
    def activate(self, request: HttpRequest, queryset: QuerySet[GroundTruth]) -> None:
        """Activate the selected ground truth."""
        if queryset.count() != 1:
            self.message_user(request, "Select exactly one ground truth.", messages.ERROR)
            return
        ground_truth = queryset.get()
        count = ground_truths.activate_ground_truth(ground_truth)
        self.message_user(request, f"{ground_truth} is active. Submissions being scored against it: {count}.")

    def has_activate_permission(self, request: HttpRequest) -> bool:
        """Allow users who may change ground truths."""
        return request.user.has_perm("challenge.change_groundtruth")
