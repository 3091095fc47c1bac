"""Accounts in the admin, with what the challenge knows of them."""

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
    """Teams, with the numbers of their submissions, and names that the leaderboard shows.

    A team that has submissions cannot be deleted here, so that deleting a team changes nothing on the board.
    """

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

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm, change: bool) -> None:
        """Save; a team with another name has it on the leaderboard at once."""
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            board_changed()
