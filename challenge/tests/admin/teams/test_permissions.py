"""Permissions for acts for a team: organizers and administrators do them; assistants, teams and others do not."""

import pytest
from django.test import Client

from accounts.models import Team
from challenge.admin.teams.acts import ACTS
from challenge.models import HistoryLine
from challenge.tests.admin.acts import TEAMS

FOR_ADMINISTRATORS = {"reset-second-factor"}


@pytest.mark.parametrize("slug", ACTS)
@pytest.mark.parametrize("role", ["Organizer", "Administrator", "Assistant", "team", "stranger", "helper"])
def test_confirmation_pages(slug, role, in_role, as_user, team):
    if role == "stranger":
        viewer = Client()
    elif role == "team":
        viewer = as_user(team)
    elif role == "helper":
        viewer = as_user(Team.objects.create_user("Helper", "helper@example.org", is_staff=True))
    else:
        viewer = as_user(in_role(role))
    may = role == "Administrator" or (role == "Organizer" and slug not in FOR_ADMINISTRATORS)
    refused = {"stranger": 302, "team": 302}.get(role, 403)
    address = f"{TEAMS}{team.pk}/act/{slug}/"
    response = viewer.get(address)
    if may:
        assert response.status_code == 200 or response.headers["Location"] == f"{TEAMS}{team.pk}/change/"
    else:
        assert response.status_code == refused
        before = Team.objects.filter(pk=team.pk).values().get()
        given = {"reason": "x", "name": "Taken over", "email": "x@example.org", "a_day": 1, "in_total": 1}
        assert viewer.post(address, given).status_code == refused
        assert Team.objects.filter(pk=team.pk).values().get() == before
        assert not HistoryLine.objects.exists()


@pytest.mark.parametrize("slug", ACTS)
def test_no_act_without_a_reason(slug, client, team):
    if slug not in FOR_ADMINISTRATORS:
        given = {"name": "keep", "email": "x@example.org", "a_day": 1, "in_total": 1}
        response = client.post(f"{TEAMS}{team.pk}/act/{slug}/", given | {"reason": " "}, follow=True)
        assert "This field is required." in response.text or "is not possible:" in response.text
        assert not HistoryLine.objects.exists()
