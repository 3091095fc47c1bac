"""Groups of seeds in the admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Team
from challenge.admin.acting import Act, Offer, Place, act_on, buttons_and_refusals, offers_of, organizer
from challenge.formats.texts import counted
from challenge.models import MethodGroup
from challenge.services import groups


def _explain(group: MethodGroup) -> list[str]:
    members = counted(group.submissions.count(), "submission")
    return [
        f"Its {members} stay, and are single entries again: with ranks of their own, without a mean over seeds.",
        f"{group.team} can group them again. It gets the reason by mail.",
    ]


def _dissolve(group: MethodGroup, *, reason: str, by: Team) -> str:
    groups.dissolve_for_organizers(group, by=by, reason=reason)
    return f"The group “{group}” is dissolved."


ACTS = {
    "dissolve": Act(
        "Dissolve",
        _explain,
        lambda group: "",
        _dissolve,
        ("challenge.change_methodgroup",),
        is_grave=True,
    )
}


@admin.register(MethodGroup)
class MethodGroupAdmin(ReadOnlyAdmin):
    """Groups of seeds, made by teams; organizers look at them, and can dissolve a group."""

    list_display = ["name", "team", "created_at", "seeds", "page"]
    list_select_related = ["team"]
    search_fields = ["name", "team__name", "=id"]
    fields = ["name", "team", "created_at", "page", "members"]
    readonly_fields = ["page", "members"]
    change_form_template = "admin/challenge/with_acts.html"

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

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the acts."""
        view = self.admin_site.admin_view(act_on_group)
        return [
            path("<int:pk>/act/<slug:name>/", view, name="challenge_methodgroup_act"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the buttons."""
        group = kwargs.get("obj")
        if group:
            context |= buttons_and_refusals(_offers(group, organizer(request)))
        return super().render_change_form(request, context, *args, **kwargs)


def act_on_group(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Ask for what an act needs, or do it and return to the list: a dissolved group has no page."""
    if name not in ACTS:
        raise Http404
    group = get_object_or_404(MethodGroup, pk=pk)
    listed = reverse("admin:challenge_methodgroup_changelist")
    return act_on(request, ACTS[name], group, Place([("Method groups", listed)]))


def _offers(group: MethodGroup, person: Team) -> Iterator[Offer]:
    yield Offer("Open on the site", group.get_absolute_url())
    yield from offers_of(
        ACTS,
        group,
        to=person,
        address=lambda name: reverse("admin:challenge_methodgroup_act", args=[group.pk, name]),
    )
