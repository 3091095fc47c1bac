"""Passkeys as a second factor, in a browser with a virtual authenticator, under the policy for the content of pages."""

import pytest

from accounts.models import AccountEvent, Team
from conftest import PASSWORD

INDEX, ADD = "/accounts/second-factor/", "/accounts/second-factor/webauthn/add/"


@pytest.fixture
def device(lone_page):
    """Give the browser a device that confirms each question at once."""
    session = lone_page.context.new_cdp_session(lone_page)
    session.send("WebAuthn.enable")
    about = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**about, "hasResidentKey": True}})


@pytest.fixture
def chair(transactional_db) -> Team:
    return Team.objects.create_superuser("Chair", "chair@example.org", PASSWORD)


def log_in(page, site: str) -> None:
    page.goto(f"{site}/accounts/login/?next=/admin/")
    page.fill("input[name=login]", "Chair")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


def log_out(page, site: str) -> None:
    page.goto(f"{site}/accounts/logout/")
    page.click("main button[type=submit]")


@pytest.mark.browser
def test_a_passkey_opens_the_admin_and_ends_when_it_is_removed(
    lone_page, live_server, device, chair, complaints
):
    page, site = lone_page, live_server.url
    log_in(page, site)
    page.wait_for_url(f"**{INDEX}")
    page.click("text=Add a passkey")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{ADD}")
    page.fill("input[name=name]", "My laptop")
    page.click("text=Add it")
    page.wait_for_url("**/recovery-codes/")
    assert page.goto(f"{site}/admin/").status == 200

    log_out(page, site)
    log_in(page, site)
    page.wait_for_url("**/authenticate/**")
    page.click("main form[data-passkey] button")
    page.wait_for_url("**/admin/")
    assert page.inner_text("h1") == "Organizing the challenge"

    page.goto(f"{site}{INDEX}webauthn/")
    assert "My laptop" in page.inner_text("main")
    page.click("text=Remove")
    page.wait_for_url("**/reauthenticate/**")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.click("text=Remove it")
    page.wait_for_url("**/webauthn/")
    assert page.goto(f"{site}/admin/").url.endswith(INDEX)
    kinds = {*AccountEvent.objects.values_list("kind", flat=True)}
    assert {AccountEvent.Kind.PASSKEY_ON, AccountEvent.Kind.PASSKEY_OFF} <= kinds
    assert complaints == []


@pytest.mark.browser
def test_a_passkey_that_is_not_given_is_explained(lone_page, live_server, chair):
    page, site = lone_page, live_server.url
    log_in(page, site)
    page.goto(f"{site}{ADD}")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    page.click("text=Add it")
    page.wait_for_selector("#passkey-problem:not([hidden])")
    assert "No passkey was given" in page.inner_text("#passkey-problem")
    assert page.is_enabled("text=Add it")
