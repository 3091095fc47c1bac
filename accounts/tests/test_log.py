"""Log of accounts: log-ins, failures and changes, with time and network address, and never a password."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts import log
from accounts.models import AccountEvent, Team
from accounts.services import retire
from accounts.tests.factors import code, with_second_factor
from conftest import PASSWORD


def log_in(client: Client, login: str, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": login, "password": password})


def events() -> list[tuple[str, str]]:
    return list(AccountEvent.objects.order_by("pk").values_list("kind", "name"))


def test_log_ins_failures_and_log_outs(client, confirmed, team):
    confirmed(team)
    log_in(client, "team alpha", "wrong")
    log_in(client, "ALPHA@example.org")
    client.post("/accounts/logout/")
    assert events() == [("login failed", team.name), ("login", team.name), ("logout", team.name)]
    assert set(AccountEvent.objects.values_list("team", "address")) == {(team.pk, "127.0.0.1")}


def test_of_a_name_that_is_no_account_only_the_beginning_is_kept(client, db):
    log_in(client, PASSWORD, "wrong")
    log_in(client, "nobody@example.org", "wrong")
    assert events() == [("login failed", "cor…"), ("login failed", "nob…")]


def test_no_password_is_stored(client, confirmed, team):
    confirmed(team)
    log_in(client, "Team Alpha", "a-canary-among-passwords")
    log_in(client, "a-canary-among-passwords", "a-canary-among-passwords")
    assert "canary" not in str(list(AccountEvent.objects.values()))


def test_lockouts(client, confirmed, team):
    confirmed(team)
    for _ in range(6):
        log_in(client, "Team Alpha", "wrong")
    assert events()[-1] == ("locked", team.name)
    assert events().count(("login failed", team.name)) == 5


def test_changes_of_password_and_address(client, confirmed, team, link_in):
    log_in(client, confirmed(team).name)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    client.post(link_in("new@example.org"))
    new = "another good one"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [kind for kind, _ in events()] == ["login", "email asked", "email", "password"]


@pytest.mark.django_db(transaction=True)  # the signals follow the commit
def test_factors(client, confirmed, team):
    log_in(client, confirmed(team).name)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/second-factor/totp/activate/")
    client.post("/accounts/second-factor/totp/activate/", {"code": code(page.context["form"].secret)})
    client.post("/accounts/second-factor/totp/deactivate/")
    kinds = [kind for kind, _ in events()]
    assert kinds[0] == "login"
    assert sorted(kinds[1:3]) == ["codes", "factor on"]
    assert kinds[3:] == ["factor off"]


def test_failures_and_lockouts_at_the_second_step(client, confirmed, team):
    with_second_factor(confirmed(team))
    log_in(client, team.name)
    for _ in range(6):
        client.post("/accounts/second-factor/authenticate/", {"code": "000000"})
    assert [kind for kind, _ in events()] == ["code failed"] * 5 + ["locked"]


def test_a_command_has_no_address(db, team):
    assert authenticate(None, username="Team Alpha", password="wrong") is None
    assert AccountEvent.objects.get().address is None


def test_old_events_are_forgotten(team, settings):
    settings.ACCOUNT_LOG_DAYS = 10
    for days in (1, 9, 11, 400):
        AccountEvent.objects.create(kind="login", name=str(days), at=timezone.now() - timedelta(days=days))
    log.forget_old()
    assert {name for _, name in events()} == {"1", "9"}


def test_the_events_of_a_closed_account_stay_away(client, confirmed, team):
    log_in(client, confirmed(team).name)
    log.forget_team(team)
    retire(team, keep_name=False)
    client.post("/accounts/logout/")
    assert events() == []


def test_administrators_read_it(as_user, in_role, team):
    AccountEvent.objects.create(kind="login failed", team=team, name="Team Alpha", address="192.0.2.7")
    response = as_user(in_role("Administrator")).get("/admin/accounts/accountevent/", {"q": "192.0.2.7"})
    cells = [cell.text() for cell in LexborHTMLParser(response.text).css("#result_list td, #result_list th")]
    assert "Log-in failed" in cells
    assert "192.0.2.7" in cells


@pytest.mark.parametrize("role", ["Organizer", "Assistant"])
def test_other_roles_do_not(as_user, in_role, role):
    assert as_user(in_role(role)).get("/admin/accounts/accountevent/").status_code == 403


def test_nobody_changes_or_removes_it(as_user, organizer, team):
    client = as_user(organizer)
    AccountEvent.objects.all().delete()
    event = AccountEvent.objects.create(kind="login", team=team, name="Team Alpha")
    for page in ("change", "delete"):
        assert (
            client.post(f"/admin/accounts/accountevent/{event.pk}/{page}/", {"post": "yes"}).status_code
            == 403
        )
    assert client.get("/admin/accounts/accountevent/add/").status_code == 403
    assert Team.objects.filter(pk=team.pk).exists()
    assert AccountEvent.objects.filter(pk=event.pk, name="Team Alpha").exists()
