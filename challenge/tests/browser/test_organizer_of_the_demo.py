"""The organizer of the demo gets into the admin with what the welcome prints, and not with the password alone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_welcome_has_all_that_the_admin_asks_for(demo, visits):
    account = re.search(r"Organizer: +(\S+) / (\S+)", demo.welcome)
    codes = re.search(r"each code once: ([\d, ]+)", demo.welcome)
    assert account
    assert codes
    page = visits.open("/admin/")
    page.get_by_label("Team name or e-mail address").fill(account[1])
    page.get_by_label("Password", exact=True).fill(account[2])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Code")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Organizing the challenge")).to_have_count(0)

    page.goto("/accounts/second-factor/authenticate/")
    page.get_by_label("Code").fill(codes[1].split(", ")[0])
    page.get_by_role("button", name="Log in").click()
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Organizing the challenge")).to_be_visible()
