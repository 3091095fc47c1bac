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
    """Seeds of one method: teams group them; organizers can dissolve a group."""

    list_display = ["name", "team", "created_at", "seeds", "page"]
    list_select_related = ["team"]
    search_fields = ["name", "team__name", "=id"]
    fields = ["name", "team", "created_at", "page", "members"]
    readonly_fields = ["page", "members"]
    actions = ["dissolve"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MethodGroup]:
        """With the numbers of members, so that a page of groups takes a fixed number of queries."""
        return MethodGroup.objects.with_public_count()

    @admin.display(description="public members")
    def seeds(self, group: MethodGroup) -> int:
        """How many submissions its figures are made of."""
        return group.public_count

    @admin.display(description="page on the site")
    def page(self, group: MethodGroup) -> str:
        """A link to what the public sees."""
        return format_html('<a href="{0}">{0}</a>', group.get_absolute_url())

    @admin.display(description="submissions")
    def members(self, group: MethodGroup) -> str:
        """All that the team has grouped, a line each."""
        lines = (
            (reverse("admin:challenge_submission_change", args=[member.pk]), member)
            for member in group.submissions.order_by("pk")
        )
        return format_html_join("", '<p><a href="{}">{}</a></p>', lines) or "-"

    def has_organize_permission(self, request: HttpRequest) -> bool:
        """Those who may change groups."""
        return request.user.has_perm("challenge.change_methodgroup")

    @admin.action(description="Dissolve: the submissions stay", permissions=["organize"])
    def dissolve(self, request: HttpRequest, queryset: QuerySet[MethodGroup]) -> None:
        """Let the submissions of groups stand on their own again."""
        chosen = list(queryset)
        for group in chosen:
            self.log_deletions(request, MethodGroup.objects.filter(pk=group.pk))
            groups.dissolve_group(group)
        self.message_user(request, f"{len(chosen)} group(s) dissolved.")
