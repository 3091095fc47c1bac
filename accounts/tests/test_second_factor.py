"""Second factor: set-up, log-in, recovery codes, and the admin that opens only with it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from accounts.models import Team
from accounts.tests.factors import code, code_of, with_second_factor
from conftest import PASSWORD

STEP = "/accounts/second-factor/authenticate/"
CHOICE = "/accounts/second-factor/"
SET_UP = "/accounts/second-factor/totp/activate/"


def log_in(client: Client, team: Team):
    return client.post("/accounts/login/", {"login": team.name, "password": PASSWORD})


def confirm(client: Client) -> None:
    """Enter the password again, which the set-up asks for."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.fixture
def chair(db) -> Team:
    """An organizer without a second factor."""
    return Team.objects.create_superuser("Chair", "chair@example.org", PASSWORD)


def set_up(client: Client) -> None:
    """Read the key on the page, and enter the code that an app would show."""
    confirm(client)
    page = LexborHTMLParser(client.get(SET_UP).text)
    assert page.css('main img[src^="data:image/svg+xml;base64,"]')
    key = page.css("main code")[0].text()
    response = client.post(SET_UP, {"code": code(key)})
    assert response.headers["Location"] == "/accounts/second-factor/recovery-codes/"


@pytest.mark.parametrize(
    "page", ["", "challenge/submission/", "accounts/team/add/", "password_change/", "jsi18n/"]
)
def test_without_it_no_page_of_the_admin_opens(client, chair, page):
    log_in(client, chair)
    response = client.get(f"/admin/{page}", follow=True)
    assert CHOICE in [address for address, _ in response.redirect_chain]
    assert "To open the admin, set up a second factor for your account first." in response.text
    assert client.post(f"/admin/{page}", {}).status_code == 302


@pytest.mark.django_db(transaction=True)  # the mail follows the commit
def test_setting_it_up_opens_the_admin(client, chair, mailoutbox):
    log_in(client, chair)
    set_up(client)
    codes = client.get("/accounts/second-factor/recovery-codes/").text
    assert len(re.findall(r"<li>\d{4} ?\d{4}</li>", codes)) == 10
    assert 'href="/admin/"' in codes
    assert client.get("/admin/").status_code == 200
    assert "second factor" in mailoutbox[-1].body


def test_a_wrong_code_changes_nothing(client, chair):
    log_in(client, chair)
    confirm(client)
    client.get(SET_UP)
    assert "Incorrect code." in client.post(SET_UP, {"code": "000000"}).text
    assert client.get("/admin/").status_code == 302


def test_setting_it_up_needs_the_password_again(as_user, team):
    client = as_user(team)
    response = client.get(SET_UP)
    assert response.url.startswith("/accounts/reauthenticate/")
    assert client.post(response.url, {"password": "wrong"}).status_code == 200
    assert client.get(SET_UP).status_code == 302


def test_each_log_in_asks_for_a_code(client, chair):
    with_second_factor(chair)
    assert log_in(client, chair).url == STEP
    assert client.get("/admin/").status_code == 302, "the password alone opens nothing"
    assert client.get("/profile/").status_code == 302
    assert "Incorrect code." in client.post(STEP, {"code": "123"}).text
    assert client.post(STEP, {"code": code_of(chair)}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_works_once(client, chair):
    with_second_factor(chair)
    codes = RecoveryCodes.activate(chair).generate_codes()
    log_in(client, chair)
    assert client.post(STEP, {"code": codes[3]}).status_code == 302
    assert client.get("/admin/").status_code == 200
    again = Client()
    log_in(again, chair)
    assert "Incorrect code." in again.post(STEP, {"code": codes[3]}).text
    assert again.post(STEP, {"code": codes[4]}).status_code == 302


def test_guessing_codes_is_stopped(client, chair):
    with_second_factor(chair)
    log_in(client, chair)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    assert "Too many failed attempts." in client.post(STEP, {"code": code_of(chair)}).text
    assert client.get("/admin/").status_code == 302


def test_turning_it_off_closes_the_admin(client, chair):
    log_in(client, chair)
    set_up(client)
    assert client.get("/admin/").status_code == 200
    client.post("/accounts/second-factor/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302


def test_a_team_may_use_it_and_still_change_its_address(client, confirmed, team):
    log_in(client, confirmed(team))
    page = LexborHTMLParser(client.get("/accounts/second-factor/").text)
    assert page.css(f'a[href="{SET_UP}"]')
    set_up(client)
    client.post("/accounts/logout/")
    log_in(client, team)
    with_recovery = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().generate_codes()
    assert client.post(STEP, {"code": with_recovery[0]}).url == "/profile/"
    confirm(client)
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert "new@example.org" in client.get("/accounts/email/").text
    assert client.get("/admin/", follow=True).status_code == 403
