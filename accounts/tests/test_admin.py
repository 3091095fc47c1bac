"""Accounts in the admin."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts.models import Team
from accounts.services import retire
from conftest import PASSWORD

LIST = "/admin/accounts/team/"


@pytest.fixture
def admin(as_user, organizer) -> Client:
    return as_user(organizer)


def rights(**changes: object) -> dict[str, object]:
    return {"is_staff": "on"} | changes


def test_it_lists_and_finds_teams(admin, team, other_team):
    page = admin.get(LIST).text
    assert "Team Alpha" in page
    assert "beta@example.org" in page
    page = admin.get(LIST, {"q": "beta@"}).text
    assert "Team Alpha" not in page
    assert admin.get(LIST, {"is_staff__exact": 1}).status_code == 200


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("open", {}),
        ("blocked", {"is_active": False, "blocked_at": timezone.now()}),
        ("deactivated", {"is_active": False}),
        ("deleted", {"is_active": False, "closed_at": timezone.now()}),
    ],
)
def test_the_list_shows_and_filters_states(admin, team, confirmed, other_team, state, change):
    Team.objects.filter(pk=confirmed(team).pk).update(**change)
    Team.objects.filter(pk=other_team.pk).delete()
    page = LexborHTMLParser(admin.get(LIST, {"state": state, "q": "Team"}).text)
    assert [cell.text() for cell in page.css("td.field-state")] == [state]
    other = "open" if state == "deleted" else "deleted"
    assert "Team Alpha" not in admin.get(LIST, {"state": other, "q": "Team"}).text


def test_the_list_shows_roles(admin, in_role):
    in_role("Assistant")
    page = LexborHTMLParser(admin.get(LIST).text)
    assert [cell.text() for cell in page.css("td.field-role")] == ["superuser", "Assistant"]


def test_it_adds_an_organizer(admin, client):
    entry = {"name": "New Chair", "email": "New@example.org", "usable_password": "true", "password1": PASSWORD,
             "password2": PASSWORD, "is_staff": "on", "is_superuser": "on"}  # fmt: skip
    assert admin.post(f"{LIST}add/", entry).status_code == 302
    chair = Team.objects.get(name="New Chair")
    assert chair.is_staff
    assert EmailAddress.objects.filter(user=chair, email="new@example.org", verified=True).exists()
    client.post("/accounts/login/", {"login": "new chair", "password": PASSWORD})
    assert client.get("/profile/").context["user"] == chair


def test_names_addresses_and_blocks_are_no_fields(admin, team):
    """They change by acts, which ask for a reason."""
    page = LexborHTMLParser(admin.get(f"{LIST}{team.pk}/change/").text)
    assert not page.css("[name=name], [name=email], [name=is_active]")
    changed = {"name": "Taken over", "email": "x@example.org", "is_active": ""}
    assert admin.post(f"{LIST}{team.pk}/change/", rights(**changed)).status_code == 302
    team.refresh_from_db()
    assert (team.name, team.email, team.is_active) == ("Team Alpha", "alpha@example.org", True)


def test_an_administrator_gives_a_role(as_user, in_role, team):
    role = Group.objects.get(name="Assistant")
    admin = as_user(in_role("Administrator"))
    assert admin.post(f"{LIST}{team.pk}/change/", rights(groups=[role.pk])).status_code == 302
    team.refresh_from_db()
    assert team.is_staff
    assert team.has_perm("challenge.view_submission")


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
    assert admin.post(f"{LIST}{team.pk}/change/", rights()).status_code == 403
    assert admin.get(f"{LIST}{team.pk}/change/").status_code == 200


def test_the_hash_of_a_password_is_shown_to_nobody_who_only_looks(as_user, in_role, team):
    assert team.password not in as_user(in_role("Organizer")).get(f"{LIST}{team.pk}/change/").text


@pytest.mark.parametrize("role", ["Organizer", "Assistant"])
def test_other_roles_change_no_rights(as_user, in_role, team, role):
    client = as_user(in_role(role))
    assert client.get(f"{LIST}{team.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{team.pk}/change/", rights()).status_code == 403
    assert client.post(f"{LIST}{team.pk}/password/", {}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.get("/admin/auth/group/").status_code == 403


def test_an_administrator_makes_nobody_a_superuser_and_changes_none(as_user, in_role, organizer, team):
    administrator = in_role("Administrator")
    client = as_user(administrator)
    for person in (team, administrator):
        client.post(f"{LIST}{person.pk}/change/", rights(is_superuser="on"))
        person.refresh_from_db()
        assert not person.is_superuser
    assert client.post(f"{LIST}{organizer.pk}/change/", rights()).status_code == 403
    assert client.post(f"{LIST}{organizer.pk}/password/", {}).status_code == 403
    assert client.post(f"{LIST}{organizer.pk}/delete/", {"post": "yes"}).status_code == 403


def test_rights_of_django_alone_change_nothing(as_user, team):
    """Staff of earlier versions keep their permissions, which did not reach accounts."""
    Team.objects.update(is_staff=True)
    team.user_permissions.set(
        Permission.objects.filter(content_type__app_label="accounts", codename__endswith="_team").exclude(
            codename="manage_team"
        )
    )
    team.refresh_from_db()
    client = as_user(team)
    assert client.get(LIST).status_code == 200
    assert client.post(f"{LIST}{team.pk}/change/", rights(is_superuser="on")).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
