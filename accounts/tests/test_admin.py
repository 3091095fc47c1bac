"""Accounts in the admin."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from accounts.models import NAME_TAKEN, Team
from accounts.services import retire
from conftest import PASSWORD

LIST = "/admin/accounts/team/"


@pytest.fixture
def admin(as_user, organizer) -> Client:
    return as_user(organizer)


def fields_of(team: Team, **changes: object) -> dict[str, object]:
    return {"name": team.name, "email": team.email, "is_active": "on"} | changes


def test_it_lists_and_finds_teams(admin, team, other_team):
    page = admin.get(LIST).text
    assert "Team Alpha" in page
    assert "beta@example.org" in page
    page = admin.get(LIST, {"q": "beta@"}).text
    assert "Team Alpha" not in page
    assert admin.get(LIST, {"is_staff__exact": 1}).status_code == 200
    assert admin.get(LIST, {"closed_at__isempty": 1}).status_code == 200


def test_it_adds_an_organizer(admin, client):
    entry = {"name": "New Chair", "email": "New@example.org", "usable_password": "true", "password1": PASSWORD,
             "password2": PASSWORD, "is_staff": "on", "is_superuser": "on"}  # fmt: skip
    assert admin.post(f"{LIST}add/", entry).status_code == 302
    assert Team.objects.get(name="New Chair").is_staff
    client.post("/accounts/login/", {"login": "new chair", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_it_deactivates_a_team(admin, team):
    admin.post(f"{LIST}{team.pk}/change/", fields_of(team, is_active=""))
    team.refresh_from_db()
    assert not team.is_active


def test_an_address_typed_by_an_organizer_counts_as_confirmed(admin, team):
    admin.post(f"{LIST}{team.pk}/change/", fields_of(team, email="New@example.org"))
    assert EmailAddress.objects.filter(user=team).values_list("email", "verified", "primary").get() == (
        "new@example.org",
        True,
        True,
    )
    team.refresh_from_db()
    assert team.email == "new@example.org"


def test_it_confirms_addresses(admin, team):
    addresses = EmailAddress.objects.filter(user=team, verified=True)
    assert not addresses.exists()
    admin.post(LIST, {"action": "confirm_email", "_selected_action": [team.pk]})
    assert addresses.exists()
    page = LexborHTMLParser(admin.get(LIST, {"q": "Alpha"}).text)
    assert page.css('.field-email_confirmed img[src="/static/admin/img/icon-yes.svg"]')


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "TEAM  BETA"}, NAME_TAKEN),
        ({"name": "anonymous"}, "reserved for deleted teams"),
        ({"email": "BETA@example.org"}, "with this E-mail address already exists"),
    ],
)
def test_bad_input_is_explained(admin, team, other_team, changes, message):
    assert message in admin.post(f"{LIST}{team.pk}/change/", fields_of(team, **changes)).text


def test_it_changes_a_password(admin, team):
    url = f"{LIST}{team.pk}/password/"
    assert "../password/" in admin.get(f"{LIST}{team.pk}/change/").text
    admin.post(
        url, {"usable_password": "true", "password1": "another good one", "password2": "another good one"}
    )
    team.refresh_from_db()
    assert team.check_password("another good one")


def test_a_deleted_account_cannot_be_opened_again(admin, team):
    retire(team, keep_name=True)
    assert admin.post(f"{LIST}{team.pk}/change/", fields_of(team, email="x@example.org")).status_code == 403
    assert admin.get(f"{LIST}{team.pk}/change/").status_code == 200


def test_an_organizer_who_is_no_superuser_cannot_become_one(as_user, team):
    Team.objects.update(is_staff=True)
    team.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = as_user(team)
    assert client.get(LIST).status_code == 200
    assert client.post(f"{LIST}{team.pk}/change/", fields_of(team, is_superuser="on")).status_code == 403
    assert client.post(f"{LIST}{team.pk}/password/", {}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
