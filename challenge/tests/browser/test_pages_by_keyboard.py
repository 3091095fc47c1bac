"""Pages used by keyboard alone: the skip link, a group of seeds, a submission."""

import re

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

# The name of this file sorts after `test_pages`, which looks at the profile of Team Blank before it has a submission.


def test_seeds_are_grouped_by_keyboard_alone(visits, scenes, logged_in):
    page = visits.open(scenes["change a group"], session=logged_in["Team Scenes"])
    expect(page.locator("input:checked")).to_have_count(3)
    page.get_by_label("Name").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the fourth seed; a fifth comes before the button
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("n = 4")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("seed 3").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("n = 3")).to_be_visible()


def test_the_skip_link(visits):
    page = visits.open("/leaderboard/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


def test_submit_by_keyboard_alone(visits, logged_in, demo):
    page = visits.open("/profile/", session=logged_in["Team Blank"])

    def tab_to(target: Locator) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        pytest.fail(f"{target} is not reached by the keyboard")

    def field(label: str) -> Locator:
        return page.get_by_label(label, exact=True)

    # Register long before the key is pressed: until Chromium knows of it, a file chooser opens without an event.
    page.on("filechooser", lambda chooser: chooser.set_files(demo.example_file))
    tab_to(field("Predictions"))
    page.keyboard.press("Space")
    expect(field("Predictions")).to_have_value(re.compile(demo.example_file.name))
    tab_to(field("Resolution"))
    page.keyboard.type("64")
    tab_to(field("Model name"))
    page.keyboard.type("By keyboard")
    tab_to(field("Description"))
    page.keyboard.type("No mouse.")
    tab_to(page.get_by_role("button", name="Submit"))
    page.keyboard.press("Enter")
    page.locator(".submission-item .state-scored").first.wait_for()
    assert "64 × 64" in page.locator(".submission-item").first.inner_text()
