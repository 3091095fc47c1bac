"""Organizers in a browser: an invited person gets in, a second factor is set up and lost, and a team is blocked."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Team
from accounts.tests.factors import code, code_of, with_second_factor
from challenge.models import Phase
from conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chair(db) -> Team:
    return Team.objects.create_superuser("Chair", "chair@example.org", PASSWORD)


def send(page: Page, button: str, **fields: str) -> None:
    """Fill in a form by the names of its fields, and send it."""
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    page.get_by_role("button", name=button, exact=True).click()


def set_up(page: Page) -> list[str]:
    """Set up the second factor on its page, and return the recovery codes."""
    expect(page.get_by_alt_text("Picture of the key")).to_be_visible()
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 0, (
        "the policy forbids the picture"
    )
    send(page, "Turn it on", code=code(page.locator("main code").inner_text()))
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return page.locator("main li").all_inner_texts()


def test_an_organizer_is_led_to_the_second_factor_and_gets_in_without_the_phone(
    lone_page, live_server, chair, complaints
):
    page = lone_page
    page.goto(f"{live_server.url}/admin/challenge/phase/")
    send(page, "Log in", login="Chair", password=PASSWORD)
    expect(
        page.get_by_text("To open the admin, set up a second factor for your account first.")
    ).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    send(page, "Continue", password=PASSWORD)
    codes = set_up(page)
    page.get_by_role("link", name="Continue to the admin").click()
    expect(page.get_by_role("heading", name="Organizing the challenge")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/admin/")
    send(page, "Log in", login="Chair", password=PASSWORD)
    send(page, "Log in", code=codes[0])
    expect(page.get_by_role("heading", name="Organizing the challenge")).to_be_visible()
    assert complaints == []


def test_an_invited_person_gets_in(lone_page, live_server, as_user, chair, complaints, mailoutbox, settings):
    settings.SITE_URL = live_server.url
    page = lone_page
    client = as_user(chair)
    role = client.get("/admin/accounts/invitation/add/").context["adminform"].form.fields["role"].queryset
    given = {"email": "new@example.org", "name": "New person", "role": role.get(name="Organizer").pk}
    client.post("/admin/accounts/invitation/add/", given)
    [link] = re.findall(r"http://\S+/invitation/\S+", mailoutbox[-1].body)
    page.goto(link)
    send(page, "Make the account", password1=PASSWORD, password2=PASSWORD)
    expect(page.get_by_text("Welcome, New person.")).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    set_up(page)
    page.get_by_role("link", name="Continue to the admin").click()
    expect(page.get_by_role("link", name="Teams", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Invitations")).to_have_count(0)
    assert complaints == []


def test_an_organizer_finds_a_team_grants_more_and_blocks_it(
    lone_page, live_server, in_role, team, complaints
):
    Phase.objects.get_or_create(name="Open phase", defaults={"opens_at": "2020-01-01T00:00Z"})
    organizer, page = with_second_factor(in_role("Organizer")), lone_page
    page.goto(f"{live_server.url}/admin/accounts/team/")
    send(page, "Log in", login="The Organizer", password=PASSWORD)
    send(page, "Log in", code=code_of(organizer))
    page.get_by_role("link", name="Team Alpha").click()
    page.get_by_role("link", name="Extra submissions").click()
    send(page, "Extra submissions", a_day="2", in_total="5", reason="A fault of ours cost them a day.")
    expect(page.get_by_text("Team Alpha may send 2 more a day and 5 more in total.")).to_be_visible()
    expect(page.get_by_text("12 of 12")).to_be_visible()
    page.get_by_role("link", name="Block", exact=True).click()
    expect(page.get_by_text("The team cannot log in any more")).to_be_visible()
    send(page, "Block", reason="Several accounts of one team.")
    expect(page.get_by_text("Team Alpha is blocked.")).to_be_visible()
    team.refresh_from_db()
    assert not team.is_active
    assert complaints == []
