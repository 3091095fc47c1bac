"""Mails in the admin: their states, a preview of every text, and letters to teams."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from accounts.admin.read_only import ReadOnlyAdmin
from challenge.admin.letters import write_letter
from challenge.models import Mail
from challenge.notifications.samples import samples


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Mails to teams and their states, the last first. What a mail says is kept only until it is sent."""

    list_display = ["created_at", "team_name", "name", "entry", "status", "sent_at", "attempts"]
    list_display_links = ["created_at"]
    list_filter = ["status", "name"]
    list_select_related = ["team"]
    search_fields = ["team__name", "=submission__id"]
    ordering = ["-created_at", "-pk"]
    exclude = ["context", "address"]
    change_list_template = "admin/challenge/mails.html"

    @admin.display(description="team", ordering="team__name")
    def team_name(self, mail: Mail) -> str:
        """Name of the team. Django does not wrap a column of the field itself."""
        return str(mail.team or "-")

    @admin.display(description="submission")
    def entry(self, mail: Mail) -> str:
        """Number of the submission."""
        return f"#{mail.submission_id}" if mail.submission_id else "-"

    def get_urls(self) -> list[URLPattern]:
        """Add the page of previews, and the form of a letter."""
        return [
            path("previews/", self.admin_site.admin_view(self.previews), name="challenge_mail_previews"),
            path(
                "write/<int:team_id>/", self.admin_site.admin_view(write_letter), name="challenge_mail_write"
            ),
            *super().get_urls(),
        ]

    def previews(self, request: HttpRequest) -> HttpResponse:
        """Show every mail with sample data, as text and as HTML."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Previews of all mails",
            "opts": self.model._meta,
            "samples": [(sample, sample.message) for sample in samples()],
        }
        return render(request, "admin/challenge/mail_previews.html", context)
