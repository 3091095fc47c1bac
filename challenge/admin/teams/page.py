"""Accounts in the admin: list, page of a team, and the pages of acts for it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse

from accounts.admin.teams import TeamAdmin
from accounts.models import Team
from challenge.admin.acting import Place, act_on, buttons_and_refusals, organizer
from challenge.admin.teams.acts import ACTS
from challenge.admin.teams.offers import offers_for, refusal_to
from challenge.admin.teams.summary import summary_of
from challenge.services import history


@admin.register(Team)
class ParticipantAdmin(TeamAdmin):
    """Teams with their submissions, limits, and acts for them.

    A team with submissions cannot be deleted here, so deleting a team never changes the leaderboard.
    """

    change_form_template = "admin/challenge/team.html"
    list_display = ["name", "email", "state", "role", "submission_count"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Add the numbers of submissions in the same query."""
        return super().get_queryset(request).annotate(submission_count=Count("submissions", distinct=True))

    @admin.display(description="submissions", ordering="submission_count")
    def submission_count(self, team: Team) -> int:
        """Number of submissions of the team, including failed submissions."""
        return team.submission_count  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of the acts."""
        view = self.admin_site.admin_view(self.act_view)
        return [path("<int:pk>/act/<slug:slug>/", view, name="accounts_team_act"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the summary of a team above its account."""
        if team := context.get("original"):
            person = organizer(request)
            context |= summary_of(team, person) | buttons_and_refusals(offers_for(team, person))
        return super().render_change_form(request, context, *args, **kwargs)

    def act_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        """Ask for what an act needs, do it, and return to the page of the team, or to the list if it is gone."""
        team, act = get_object_or_404(Team, pk=pk), ACTS.get(slug)
        if act is None:
            raise Http404
        listed = reverse("admin:accounts_team_changelist")
        place = Place([("Teams", listed), (str(team), reverse("admin:accounts_team_change", args=[pk]))])
        response = act_on(request, act, team, place, refusal=refusal_to(organizer(request), act, team))
        return response if Team.objects.filter(pk=pk).exists() else redirect(listed)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set the password of an account; the history says so."""
        with transaction.atomic():
            earlier = self.get_object(request, unquote(id))
            response = super().user_change_password(request, id, form_url)
            team = self.get_object(request, unquote(id))
            if team and earlier and team.password != earlier.password:
                history.record("set the password", by=organizer(request), team=team)
        return response

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm, change: bool) -> None:
        """Save, and remember the earlier rights for the history."""
        request.earlier_rights = _rights_of(obj.pk) if change else {}  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Save the groups and permissions, and add the line of history."""
        super().save_related(request, form, formsets, change)
        before, after = request.earlier_rights, _rights_of(form.instance.pk)  # type: ignore[attr-defined]
        if before != after:
            act = "changed the rights" if change else "added the account"
            history.record(act, by=organizer(request), team=form.instance, before=before, after=after)

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        """Delete, and add the line of history."""
        history.record("deleted the account", by=organizer(request), team=obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        """Delete, and add a line of history for each."""
        for team in queryset:
            self.delete_model(request, team)


def _rights_of(pk: int) -> dict[str, object]:
    """Return the rights of an account, by name."""
    team = Team.objects.get(pk=pk)
    return {
        "organizer": team.is_staff,
        "superuser": team.is_superuser,
        "roles": sorted(team.groups.values_list("name", flat=True)),
        "permissions": sorted(team.user_permissions.values_list("codename", flat=True)),
    }
