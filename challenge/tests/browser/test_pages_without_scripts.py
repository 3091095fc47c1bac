"""Pages used without scripts."""

import pytest
from playwright.sync_api import expect

from challenge.tests.browser.conftest import log_in
from challenge.tests.browser.newcomers import PASSWORD

pytestmark = pytest.mark.browser


def test_without_scripts(visits, register, demo):
    page, team = register(java_script_enabled=False)
    page.get_by_label("Predictions", exact=True).set_input_files(demo.example_file)
    page.get_by_label("Resolution").select_option("128")
    page.get_by_label("Model name").fill("Plain HTML")
    page.get_by_label("Description").fill("No scripts.")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    for _ in range(100):
        again = page.get_by_role("link", name="Look again")
        if not again.count():
            break
        page.wait_for_timeout(200)  # scoring may be slow on a busy machine
        with page.expect_navigation():  # while pages change, there is no link either
            again.click()
    expect(page.get_by_role("region", name="Metrics for each dataset").locator("tbody tr")).to_have_count(12)

    page = visits.open(java_script_enabled=False)
    log_in(page, team, PASSWORD)
    page.get_by_role("link", name="Leaderboard").click()
    page.get_by_role("group", name="Resolution").get_by_role("link", name="128").click()
    page.locator(".board-more summary").click()
    page.get_by_role("group", name="Published results").get_by_label("Hidden").check()
    page.get_by_role("button", name="Apply").click()
    rows = page.get_by_role("region", name="Ranking").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Plain HTML")
