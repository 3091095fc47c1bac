"""Logging in and out, on the site and in the admin."""

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from accounts.models import Team
from accounts.tests.factors import code_of
from conftest import PASSWORD

URL = "/accounts/login/"


@pytest.fixture
def log_in(client):
    def post(login: str, password: str = PASSWORD, **more: str):
        return client.post(URL, {"login": login, "password": password, **more})

    return post


@pytest.mark.parametrize(
    "login",
    [
        "Team Alpha",
        "team alpha",
        "  TEAM\u00a0 ALPHA ",
        "Te\u200bam Alpha",
        "alpha@example.org",
        "Alpha@EXAMPLE.org ",
    ],
)
def test_it_works(log_in, client, confirmed, team, login):
    confirmed(team)
    response = log_in(login)
    assert response.url == "/profile/"
    assert client.get("/profile/").context["user"] == team


def test_an_address_with_umlauts_in_its_domain_logs_in(log_in, confirmed, db):
    confirmed(Team.objects.create_user("Team", "a@bücher.example", PASSWORD))
    assert log_in("A@BÜCHER.example").url == "/profile/"


def test_a_collation_makes_no_two_names_one(log_in, confirmed, db):
    plain, accented = (
        Team.objects.create_user(n, f"{i}@x.org", PASSWORD) for i, n in enumerate(["Cafe", "Café"])
    )
    confirmed(accented)
    assert log_in("CAFÉ").url == "/profile/"
    assert authenticate(None, username="cafe", password=PASSWORD) == plain


@pytest.mark.parametrize(
    ("login", "password", "message"),
    [
        ("Team Alpha", "wrong", "The team name or the password is not correct."),
        ("Nobody", PASSWORD, "The team name or the password is not correct."),
        ("alpha@example.org", "wrong", "The e-mail address or the password is not correct."),
        ("nobody@example.org", PASSWORD, "The e-mail address or the password is not correct."),
        ("älpha@example.org", PASSWORD, "The team name or the password is not correct."),
        ("a@" + "b" * 70 + ".org", PASSWORD, "not correct."),
        ("", "", "This field is required."),
    ],
)
def test_wrong_input_does_not_tell_who_is_registered(log_in, confirmed, team, login, password, message):
    confirmed(team)
    response = log_in(login, password)
    assert response.status_code == 200
    assert message in response.text


@pytest.mark.parametrize("login", ["Team Alpha", "Nobody", "alpha@example.org", "nobody@example.org"])
def test_each_wrong_login_costs_one_password_check(log_in, team, monkeypatch, login):
    checks = []
    monkeypatch.setattr(Team, "check_password", lambda *args: checks.append("check"))
    monkeypatch.setattr(Team, "set_password", lambda *args: checks.append("for nothing"))
    log_in(login, "wrong")
    assert len(checks) == 1


def test_an_address_to_be_confirmed_gets_a_mail_instead(log_in, client, team, link_in):
    assert log_in("Team Alpha").url == "/accounts/confirm-email/"
    client.post(link_in("alpha@example.org"))
    assert client.get("/profile/").context["user"] == team


def test_a_deactivated_team_is_sent_to_a_page_that_says_so(log_in, confirmed, team):
    confirmed(team)
    Team.objects.update(is_active=False)
    assert log_in("Team Alpha").url == "/accounts/inactive/"
    assert log_in("Team Alpha", "wrong").status_code == 200


def test_it_goes_on_to_the_page_asked_for_but_to_no_other_site(log_in, client, confirmed, team):
    confirmed(team)
    assert log_in("Team Alpha", next="https://evil.example/").url == "/profile/"
    client.logout()
    assert log_in("Team Alpha", next="//evil.example/").url == "/profile/"
    client.logout()
    assert log_in("Team Alpha", next="/leaderboard/?metric=auc").url == "/leaderboard/?metric=auc"


def test_guessing_is_stopped_however_the_name_is_spelled(log_in, confirmed, team):
    confirmed(team)
    for name in ("Team Alpha", "TEAM ALPHA", "team  alpha", "Team\u200b Alpha", "Team Alpha"):
        assert "not correct" in log_in(name, "wrong").text
    assert "Too many failed attempts." in log_in("tEAM Alpha").text
    # counted separately: otherwise one would reveal the other
    assert log_in("alpha@example.org").status_code == 302


def test_logging_out(client, confirmed, team, as_user):
    client = as_user(confirmed(team))
    assert "You are logged in as <strong>Team Alpha</strong>" in client.get("/accounts/logout/").text
    response = client.post("/accounts/logout/", follow=True)
    assert response.redirect_chain[-1][0] == "/"
    assert "You are logged out." in response.text
    assert client.get("/profile/").status_code == 302


def test_the_admin_has_no_login_of_its_own(client, log_in, organizer):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith(f"{URL}?next=")
    assert "site-header" in response.text
    response = Client().post("/admin/login/", {"username": "Chair", "password": PASSWORD})
    assert response.headers["Location"].startswith(URL)
    assert log_in("chair@example.org", next="/admin/").url == "/accounts/second-factor/authenticate/"
    assert client.post("/accounts/second-factor/authenticate/", {"code": code_of(organizer)}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_admin_is_for_organizers(as_user, confirmed, team):
    assert as_user(confirmed(team)).get("/admin/login/").status_code == 403
