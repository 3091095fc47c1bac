"""Queue of flags, and the page of a flag with its evidence and a button for each decision."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Team
from challenge.admin.acting import Offer, buttons_and_refusals, offers_of, organizer
from challenge.admin.flags.acts import DECISIONS, decide
from challenge.admin.flags.evidence import headline_of, named_in, sentences_of
from challenge.models import IntegrityFlag, Submission


@admin.register(IntegrityFlag)
class IntegrityFlagAdmin(ReadOnlyAdmin):
    """Flags, the open ones first."""

    change_form_template = "admin/challenge/with_acts.html"
    list_display = ["entry", "team", "kind", "headline", "sources", "found", "status"]
    list_display_links = ["entry"]
    list_filter = ["status", "kind", "created_at"]
    search_fields = ["submission__model_name", "submission__team__name", "=submission__id"]
    list_select_related = ["submission__team"]
    fieldsets = [
        (None, {"fields": [("status", "kind", "created_at"), "submission_link", "team"]}),
        ("Evidence", {"fields": ["in_words", "others_and_teams"]}),
        ("Decision", {"fields": [("decided_by", "decided_at"), "reason"]}),
    ]
    readonly_fields = ["submission_link", "team", "in_words", "others_and_teams"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntegrityFlag]:
        """Load the other entries with the flags."""
        return super().get_queryset(request).prefetch_related("others__team")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """Put open flags first, and the newest of a state first."""
        return (IntegrityFlag.place_of_status().asc(), "-created_at", "-pk")

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the decisions."""
        view = self.admin_site.admin_view(decide)
        return [
            path("<int:pk>/decide/<slug:name>/", view, name="challenge_integrityflag_decide"),
            *super().get_urls(),
        ]

    @admin.display(description="entry", ordering="submission__pk")
    def entry(self, flag: IntegrityFlag) -> str:
        """Name of the entry."""
        return str(flag.submission)

    @admin.display(description="entry")
    def submission_link(self, flag: IntegrityFlag) -> str:
        """Link to the entry in the admin."""
        return _link(flag.submission)

    @admin.display(description="team", ordering="submission__team__name")
    def team(self, flag: IntegrityFlag) -> str:
        """Name of the team."""
        return str(flag.submission.team)

    @admin.display(description="evidence")
    def headline(self, flag: IntegrityFlag) -> str:
        """Evidence in a few words."""
        return headline_of(flag)

    @admin.display(description="other entries")
    def sources(self, flag: IntegrityFlag) -> str:
        """Names of the other entries and their teams, a line for each."""
        rows = ((one.submission, one.submission.team) for one in named_in(flag))
        return format_html_join("", "<p>{} of {}</p>", rows) or "-"

    @admin.display(description="found", ordering="created_at")
    def found(self, flag: IntegrityFlag) -> str:
        """Day of the finding."""
        return f"{flag.created_at:%Y-%m-%d}"

    @admin.display(description="evidence")
    def in_words(self, flag: IntegrityFlag) -> str:
        """Evidence in words, a sentence a line."""
        return format_html_join("", "<p>{}</p>", ((sentence,) for sentence in sentences_of(flag)))

    @admin.display(description="other entries")
    def others_and_teams(self, flag: IntegrityFlag) -> str:
        """Other entries with their teams and times, a line for each."""
        rows = (
            (_link(one.submission), one.submission.team, f"{one.submission.created_at:%Y-%m-%d}", one.value)
            for one in named_in(flag)
        )
        return format_html_join("", "<p>{} of {}, {}: {}</p>", rows) or "-"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the buttons, and the reasons why some decisions are not possible."""
        flag = kwargs.get("obj")
        if flag:
            context |= buttons_and_refusals(_offers(flag, organizer(request)))
        return super().render_change_form(request, context, *args, **kwargs)


def _link(submission: Submission) -> str:
    address = reverse("admin:challenge_submission_change", args=[submission.pk])
    return format_html('<a href="{}">{}</a>', address, submission)


def _offers(flag: IntegrityFlag, person: Team) -> Iterator[Offer]:
    yield Offer("Open the entry", flag.submission.get_absolute_url())
    yield from offers_of(
        DECISIONS,
        flag,
        to=person,
        address=lambda name: reverse("admin:challenge_integrityflag_decide", args=[flag.pk, name]),
    )
