"""Groups of seeds in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from challenge.admin.read_only import ReadOnlyAdmin
from challenge.models import MethodGroup
from challenge.services import groups


@admin.register(MethodGroup)
class MethodGroupAdmin(ReadOnlyAdmin):
    """Groups of seeds, made by teams; organizers can dissolve a group."""

    list_display = ["name", "team", "created_at", "seeds", "page"]
    list_select_related = ["team"]
    search_fields = ["name", "team__name", "=id"]
    fields = ["name", "team", "created_at", "page", "members"]
    readonly_fields = ["page", "members"]
    actions = ["dissolve"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MethodGroup]:
        """Add the numbers of members, so that a page of groups takes a fixed number of queries."""
        return MethodGroup.objects.with_public_count()

    @admin.display(description="public members")
    def seeds(self, group: MethodGroup) -> int:
        """Number of public submissions in the group."""
        return group.public_count

    @admin.display(description="page on the site")
    def page(self, group: MethodGroup) -> str:
        """Link to the public page."""
        return format_html('<a href="{0}">{0}</a>', group.get_absolute_url())

    @admin.display(description="submissions")
    def members(self, group: MethodGroup) -> str:
        """All submissions of the group, one a line."""
        lines = (
            (reverse("admin:challenge_submission_change", args=[member.pk]), member)
            for member in group.submissions.order_by("created_at", "pk")
        )
        return format_html_join("", '<p><a href="{}">{}</a></p>', lines) or "-"

    def has_organize_permission(self, request: HttpRequest) -> bool:
        """Allow users who may change groups."""
        return request.user.has_perm("challenge.change_methodgroup")

    @admin.action(description="Dissolve (the submissions are kept)", permissions=["organize"])
    def dissolve(self, request: HttpRequest, queryset: QuerySet[MethodGroup]) -> None:
        """Dissolve groups; their submissions become single entries again."""
        chosen = list(queryset)
        for group in chosen:
            self.log_deletions(request, MethodGroup.objects.filter(pk=group.pk))
            groups.dissolve_group(group)
        self.message_user(request, f"Groups dissolved: {len(chosen)}.")
