"""Sessions of organizers end 12 hours after the log-in; sessions of teams do not."""

import time

import pytest
from django.test import Client

from accounts.staff_sessions import LOGGED_IN_AT

HOURS = 60 * 60


def age(client: Client, seconds: int) -> None:
    """Let the log-in of a session have been earlier."""
    session = client.session
    session[LOGGED_IN_AT] = int(time.time()) - seconds
    session.save()


def test_an_organizer_logs_in_again_after_twelve_hours(as_user, organizer):
    client = as_user(organizer)
    age(client, 11 * HOURS)
    assert client.get("/admin/").status_code == 200
    age(client, 12 * HOURS + 1)
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/profile/").url == "/accounts/login/?next=/profile/"


def test_being_busy_does_not_keep_the_session(as_user, organizer):
    client = as_user(organizer)
    began = client.session[LOGGED_IN_AT]
    client.get("/admin/")
    client.post("/accounts/password/change/", {"oldpassword": "x"})
    assert client.session[LOGGED_IN_AT] == began


def test_the_session_is_gone_for_good(as_user, organizer):
    client = as_user(organizer)
    key = client.cookies["sessionid"].value
    age(client, 13 * HOURS)
    client.get("/admin/")
    thief = Client(headers={"cookie": f"sessionid={key}"})
    assert thief.get("/profile/").status_code == 302


def test_a_session_of_unknown_age_is_over(as_user, organizer):
    client = as_user(organizer)
    session = client.session
    del session[LOGGED_IN_AT]
    session.save()
    assert client.get("/admin/").status_code == 302


def test_a_team_stays_logged_in_until_it_becomes_an_organizer(as_user, team):
    client = as_user(team)
    age(client, 100 * HOURS)
    assert client.get("/profile/").status_code == 200
    team.is_staff = True
    team.save()
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize("headers", [{"hx-request": "true"}])
def test_a_part_of_a_page_says_that_the_session_is_over(as_user, organizer, headers):
    client = as_user(organizer)
    age(client, 13 * HOURS)
    assert client.get("/profile/submissions/", headers=headers).status_code == 401
