"""Rights of accounts, given and taken by administrators: each change is a line of the history."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine
from challenge.tests.admin.acts import TEAMS
from conftest import PASSWORD


@pytest.fixture
def admin(in_role, as_user) -> Client:
    return as_user(in_role("Administrator"))


def lines() -> list[tuple[str, str, str]]:
    return list(HistoryLine.objects.order_by("pk").values_list("actor_name", "action", "subject"))


def test_a_role(admin, team):
    role = Group.objects.get(name="Organizer")
    admin.post(f"{TEAMS}{team.pk}/change/", {"is_staff": "on", "groups": [role.pk]})
    admin.post(f"{TEAMS}{team.pk}/change/", {"is_staff": "on", "groups": [role.pk]})
    assert lines() == [("The Administrator", "changed the rights", "Team Alpha")]
    line = HistoryLine.objects.get()
    assert (line.before["roles"], line.after["roles"]) == ([], ["Organizer"])
    assert (line.before["organizer"], line.after["organizer"]) == (False, True)


def test_a_password(admin, team):
    address = f"{TEAMS}{team.pk}/password/"
    admin.post(address, {"usable_password": "true", "password1": "short", "password2": "other"})
    assert lines() == []
    admin.post(address, {"usable_password": "true", "password1": PASSWORD + "!", "password2": PASSWORD + "!"})
    assert lines() == [("The Administrator", "set the password", "Team Alpha")]
    assert admin.post(f"{TEAMS}nonsense/password/", {}).status_code == 404


def test_an_account_that_is_added_and_deleted(admin):
    given = {"name": "New", "email": "new@example.org", "usable_password": "true", "password1": PASSWORD}
    admin.post(f"{TEAMS}add/", given | {"password2": PASSWORD})
    added = Team.objects.get(name="New")
    admin.post(f"{TEAMS}{added.pk}/delete/", {"post": "yes"})
    assert [line[1:] for line in lines()] == [("added the account", "New"), ("deleted the account", "New")]


def test_a_lost_second_factor(admin, in_role):
    assistant = in_role("Assistant")
    admin.post(f"{TEAMS}{assistant.pk}/act/reset-second-factor/", {"reason": "The phone was stolen."})
    assert not Team.objects.get(pk=assistant.pk).has_second_factor
    assert lines() == [("The Administrator", "removed the second factor", "The Assistant")]
    again = admin.post(f"{TEAMS}{assistant.pk}/act/reset-second-factor/", {"reason": "Again."}, follow=True)
    assert "It has no second factor." in again.text
