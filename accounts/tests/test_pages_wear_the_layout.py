"""Layout and language of all account pages, ours and allauth's."""

import re

import pytest
from allauth.account import urls as allauth_urls
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from accounts import urls
from accounts.models import Team
from accounts.tests.factors import with_second_factor
from conftest import PASSWORD

ARGUMENTS = {
    "account_confirm_email": "confirm-email/MQ:nonsense/",
    "account_reset_password_from_key": "password/reset/key/1-nonsense/",
    "account_invitation": "invitation/nonsense/",
    "account_revoke_token": "tokens/1/revoke/",
}
PATHS = [
    f"/accounts/{ARGUMENTS.get(pattern.name, pattern.pattern)}"
    for pattern in [*urls.urlpatterns, *allauth_urls.urlpatterns]
]
FACTOR = "/accounts/second-factor/"
NOT_OUR_WORDS = re.compile(r"\b(sign (in|up|out)|username|email)\b", re.IGNORECASE)


def check(client: Client, path: str) -> None:
    """Follow redirects and check the page: our header, our language, no inline code."""
    response = client.get(path, follow=True)
    assert response.status_code == 200
    page = LexborHTMLParser(response.text)
    assert page.css("header.site-header")
    assert page.css("title")[0].text().endswith("| BIG benchmark") or response.redirect_chain
    main, footer = page.css("main, footer")
    assert not NOT_OUR_WORDS.search(main.text(separator=" ") + footer.text(separator=" "))
    assert not page.css('style, [style], script:not([src], [type="application/json"])')
    assert not [name for one in page.css("*") for name in one.attributes if name.startswith("on")]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_logged_out(client, path):
    check(client, path)


@pytest.mark.parametrize("path", PATHS)
def test_logged_in(as_user, confirmed, team, path):
    check(as_user(confirmed(team)), path)


@pytest.mark.parametrize("path", ["", "totp/activate/", "recovery-codes/generate/"])
def test_pages_of_the_second_factor(as_user, confirmed, team, path):
    client = as_user(confirmed(team))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    check(client, FACTOR + path)


@pytest.mark.parametrize(
    "path", ["", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "reauthenticate/"]
)
def test_pages_of_a_second_factor_that_is_on(as_user, confirmed, team, path):
    RecoveryCodes.activate(with_second_factor(confirmed(team)))
    client = as_user(team)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    check(client, FACTOR + path)


def test_the_second_step_of_a_log_in(client, confirmed, team):
    with_second_factor(confirmed(team))
    response = client.post("/accounts/login/", {"login": team.name, "password": PASSWORD})
    assert response.url == f"{FACTOR}authenticate/"
    check(client, response.url)


def test_a_team_without_a_password_can_set_one(as_user, team):
    team.set_unusable_password()
    team.save()
    check(as_user(team), "/accounts/password/set/")


@pytest.mark.django_db
def test_labels_help_and_errors_belong_to_their_controls(client):
    page = LexborHTMLParser(client.post("/accounts/signup/", {"username": "A"}).text)
    assert page.css("label[for=id_username]")
    [control] = page.css("input[name=username]")
    assert control.attributes["aria-invalid"] == "true"
    assert control.attributes["aria-describedby"] == "id_username_helptext id_username_error"
    assert page.css("#id_username_helptext")
    assert page.css("#id_username_error")
    assert not page.css("[placeholder]")


def test_the_account_has_a_navigation(as_user, team):
    page = LexborHTMLParser(as_user(team).get("/accounts/password/change/").text)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/delete/"):
        assert page.css(f'a[href="{path}"]')
    assert page.css('a[href="/accounts/password/change/"][aria-current=page]')


@pytest.mark.django_db
def test_too_many_requests_get_a_page_too(client):
    for _ in range(31):
        response = client.post("/accounts/login/", {"login": "Nobody", "password": "x"})
    assert response.status_code == 429
    assert LexborHTMLParser(response.text).css("header.site-header")
    assert "Please wait a few minutes" in response.text


def test_a_name_is_shown_as_text(as_user, db):
    team = Team.objects.create_user("<b>Bold</b>", "bold@example.org")
    assert "<b>Bold" not in as_user(team).get("/accounts/logout/").text
