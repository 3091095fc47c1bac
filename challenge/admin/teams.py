"""Accounts in the admin, with what the challenge knows of them."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.admin import TeamAdmin
from accounts.models import Team

admin.site.unregister(Team)


@admin.register(Team)
class ParticipantAdmin(TeamAdmin):
    """Teams, with the numbers of their submissions."""

    list_display = [
        "name", "email", "email_confirmed", "is_active", "is_staff", "submission_count", "created_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """With the numbers, in the same query."""
        return super().get_queryset(request).annotate(submission_count=Count("submissions"))

    @admin.display(description="submissions", ordering="submission_count")
    def submission_count(self, team: Team) -> int:
        """How many submissions the team has sent, failed ones included."""
        return team.submission_count  # type: ignore[attr-defined]
