"""Accounts in the admin, with their numbers of submissions."""

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.admin import TeamAdmin
from accounts.models import Team
from challenge.services.board import board_changed

admin.site.unregister(Team)


@admin.register(Team)
class ParticipantAdmin(TeamAdmin):
    """Teams with their numbers of submissions; a change of name updates the leaderboard.

    A team with submissions cannot be deleted here, so deleting a team never changes the leaderboard.
    """

    list_display = [
        "name", "email", "email_confirmed", "is_active", "is_staff", "submission_count", "created_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Add the numbers of submissions in the same query."""
        return super().get_queryset(request).annotate(submission_count=Count("submissions"))

    @admin.display(description="submissions", ordering="submission_count")
    def submission_count(self, team: Team) -> int:
        """Number of submissions of the team, including failed submissions."""
        return team.submission_count  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm, change: bool) -> None:
        """Save the team; a new name appears on the leaderboard at once."""
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            board_changed()
