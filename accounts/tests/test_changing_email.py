"""Changing the e-mail address, one change at a time."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Team
from conftest import PASSWORD

URL = "/accounts/email/"
NEW = "new@example.org"


@pytest.fixture
def logged_in(as_user, confirmed, team) -> Client:
    return as_user(confirmed(team))


def change_to(client: Client, email: str, password: str = PASSWORD):
    """Request the change, and repeat the password if the site asks for it."""
    response = client.post(URL, {"action_add": "", "email": email})
    if "/reauthenticate/" in (url := response.headers.get("Location", "")):
        response = client.post(url, {"password": password})
    return response


def test_it_works(logged_in, team, link_in, mailoutbox):
    change_to(logged_in, NEW)
    page = logged_in.get(URL).text
    assert f"It will change to <strong>{NEW}</strong>" in page
    team.refresh_from_db()
    assert team.email == "alpha@example.org"

    logged_in.post(link_in(NEW))
    team.refresh_from_db()
    assert team.email == NEW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(NEW, True, True)]
    assert mailoutbox[-1].to == ["alpha@example.org"]
    assert f"from alpha@example.org to {NEW}" in mailoutbox[-1].body
    assert "write to the organizers at once" in mailoutbox[-1].body
    assert "/about/" in mailoutbox[-1].body
    assert "/password/reset/" not in mailoutbox[-1].body  # its mail would go to the new address


def test_it_asks_for_the_password(logged_in, team):
    response = change_to(logged_in, NEW, "wrong")
    assert "This is not your password." in response.text
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_it_is_for_teams_that_are_logged_in(client, db):
    assert client.get(URL).url == f"/accounts/login/?next={URL}"


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("nonsense", "Enter a valid email address."),
        ("", "This field is required."),
        ("ALPHA@example.org", "This is already your e-mail address, or it is waiting to be confirmed."),
    ],
)
def test_bad_input_is_explained(logged_in, email, message):
    assert message in change_to(logged_in, email).text


def test_a_change_can_be_called_off_but_the_address_not_removed(logged_in, team):
    change_to(logged_in, NEW)
    logged_in.post(URL, {"action_remove": "", "email": "alpha@example.org"})
    logged_in.post(URL, {"action_remove": "", "email": NEW})
    assert [a.email for a in EmailAddress.objects.all()] == ["alpha@example.org"]
    team.refresh_from_db()
    assert team.email == "alpha@example.org"


def test_the_link_can_be_sent_again_but_not_too_often(logged_in, mailoutbox):
    change_to(logged_in, NEW)
    logged_in.post(URL, {"action_send": "", "email": NEW})
    assert len(mailoutbox) == 1  # no second mail within three minutes


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_another_teams_address_cannot_be_taken(logged_in, team, other_team, confirmed, link_in, is_confirmed):
    if is_confirmed:
        confirmed(other_team)
    change_to(logged_in, "beta@example.org")
    response = logged_in.post(link_in("beta@example.org"), follow=True)
    assert "cannot be confirmed" in response.text
    team.refresh_from_db()
    assert team.email == "alpha@example.org"


@pytest.mark.usefixtures("no_verification")
class TestWithoutVerification:
    def test_it_works_at_once(self, logged_in, team, mailoutbox):
        response = change_to(logged_in, NEW)
        assert f"Your e-mail address is now {NEW}." in logged_in.get(response.url).text
        team.refresh_from_db()
        assert team.email == NEW
        assert [a.email for a in EmailAddress.objects.all()] == [NEW]
        assert [m.to for m in mailoutbox] == [["alpha@example.org"]]

    def test_another_teams_address_cannot_be_taken(self, logged_in, team, other_team):
        assert "A team is already registered" in change_to(logged_in, "Beta@example.org").text

    def test_not_even_at_the_same_moment(self, logged_in, team, monkeypatch):
        def taken_meanwhile(team, email, *, verified):
            Team.objects.create_user("Beta", NEW, PASSWORD)
            return replace_email(team, email, verified=verified)

        replace_email = Team.replace_email
        monkeypatch.setattr(Team, "replace_email", taken_meanwhile)
        response = change_to(logged_in, NEW)
        assert "A team is already registered" in logged_in.get(response.url).text
        team.refresh_from_db()
        assert team.email == "alpha@example.org"
