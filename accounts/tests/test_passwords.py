"""Changing the password, and resetting a forgotten password."""

import pytest
from django.test import Client

from conftest import PASSWORD

NEW = "a new and longer password"
CHANGE, RESET = "/accounts/password/change/", "/accounts/password/reset/"


def test_changing_it_keeps_this_session_and_ends_the_others(as_user, confirmed, team, mailoutbox):
    confirmed(team)
    here, elsewhere = as_user(team), as_user(team)
    response = here.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}, follow=True)
    assert "Your password was changed." in response.text
    team.refresh_from_db()
    assert team.check_password(NEW)
    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    assert "The password of your account was changed." in mailoutbox[-1].body
    assert f"http://testserver{RESET}" in mailoutbox[-1].body


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("wrong", NEW, NEW, "This is not your current password."),
        (PASSWORD, NEW, "other", "You must type the same password each time."),
        (PASSWORD, "12345678", "12345678", "This password is entirely numeric."),
        (PASSWORD, "team alpha", "team alpha", "too similar to the team name"),
    ],
)
def test_changing_it_needs_the_old_one_and_a_good_new_one(as_user, team, old, new, again, message):
    response = as_user(team).post(CHANGE, {"oldpassword": old, "password1": new, "password2": again})
    assert message in response.text
    team.refresh_from_db()
    assert team.check_password(PASSWORD)


def test_a_forgotten_password(client, confirmed, team, link_in, mailoutbox):
    confirmed(team)
    response = client.post(RESET, {"email": "Alpha@example.org"}, follow=True)
    assert "Check your mailbox" in response.text
    assert 'the team "Team Alpha"' in mailoutbox[-1].body
    form = client.get(link_in("alpha@example.org"), follow=True)
    assert "Set a new password" in form.text
    response = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your password was changed" in response.text
    team.refresh_from_db()
    assert team.check_password(NEW)


def test_the_link_works_once(client, confirmed, team, link_in):
    confirmed(team)
    client.post(RESET, {"email": "alpha@example.org"})
    link = link_in("alpha@example.org")
    team.set_password(NEW)
    team.save()
    assert "This link has expired or was already used." in Client().get(link, follow=True).text


@pytest.mark.django_db
def test_nobody_learns_who_is_registered(client, mailoutbox):
    response = client.post(RESET, {"email": "nobody@example.org"}, follow=True)
    assert "Check your mailbox" in response.text
    assert "There is no account with this address" in mailoutbox[-1].body


def test_too_many_requests_are_stopped(client, team, mailoutbox):
    statuses = [client.post(RESET, {"email": "alpha@example.org"}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    assert len(mailoutbox) == 5
