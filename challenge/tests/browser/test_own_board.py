"""A reader's own board: a question answered in two clicks, and a link that shows others the same board."""

import pytest
from playwright.sync_api import Page, expect

from challenge.tests.browser.looks import NARROW

pytestmark = pytest.mark.browser

ADDRESS = "/leaderboard/own/"
ORGANS = f"{ADDRESS}?organamnist=1&organcmnist=1&organsmnist=1"


def ranking(page: Page) -> str:
    return page.get_by_role("region", name="Your ranking").inner_text()


def test_who_is_best_on_the_three_organ_sets_alone(visits, scenes):
    page = visits.open(ADDRESS)
    page.get_by_role("link", name="The three organ sets", exact=True).click()
    page.wait_for_url(f"**{ORGANS}")
    expect(page.get_by_role("heading", name="Your selection, not the official ranking")).to_be_visible()
    leader = page.locator("section.own-board strong").first.inner_text()
    first = page.get_by_role("region", name="Your ranking").locator("tbody tr").first
    expect(first.locator("th a").first).to_have_text(leader.partition(" (")[0].partition(",")[0])
    expect(page.get_by_text("Highest:")).to_be_in_viewport()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_ticks_and_weights_lead_to_a_link_that_shows_others_the_same(visits, scenes, has_scripts):
    page = visits.open(ADDRESS, java_script_enabled=has_scripts)
    page.get_by_label("OCTMNIST", exact=True).check()
    page.get_by_label("PathMNIST", exact=True).check()
    page.get_by_label("Weight of PathMNIST").fill("4")
    page.get_by_label("Weight of OCTMNIST").fill("2")
    page.get_by_role("button", name="Rank by these datasets").click()
    page.wait_for_url(f"**{ADDRESS}?pathmnist=2&octmnist=1")
    other = visits.open(page.url, java_script_enabled=not has_scripts)
    assert ranking(other) == ranking(page)
    other.get_by_text("Datasets, weights and filters").click()
    expect(other.get_by_label("Weight of PathMNIST")).to_have_value("2")
    expect(other.get_by_label("OCTMNIST", exact=True)).to_be_checked()
    expect(other.get_by_label("BloodMNIST", exact=True)).not_to_be_checked()


def test_on_a_phone_the_leader_is_on_the_first_screen(visits, scenes):
    page = visits.open(ORGANS, viewport={"width": NARROW, "height": 844})
    expect(page.get_by_text("Highest:")).to_be_in_viewport()
