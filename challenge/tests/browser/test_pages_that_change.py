"""Pages that change without a new address, and filters that live in the address."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# The name of this file sorts after `test_pages`, which looks at the entry whose intervals are to come.


def test_intervals_come_by_themselves(visits, scenes, demo):
    number = scenes["intervals to come"].strip("/").rpartition("/")[2]
    demo.run(  # a worker may have taken it over since
        "from challenge.models import Uncertainty; from django.utils.timezone import now; "
        f"Uncertainty.objects.filter(evaluation__submission={number})"
        ".update(status='running', claimed_at=now(), results_version='')"
    )
    page = visits.open(scenes["intervals to come"])
    follow = page.get_by_text("Intervals follow in a moment")
    expect(follow).to_be_visible()
    page.evaluate("document.querySelector('#result').dataset.seen = ''")
    for _ in range(2):
        page.wait_for_event("response", lambda response: response.status == 204)
    expect(page.locator("#result[data-seen]")).to_have_count(1)  # no swap replaces it in the meantime
    demo.run(
        "from challenge.models import Uncertainty; from django.db.models import F; "
        "Uncertainty.objects.update(status='done', results_version=F('bootstrap_version'))"
    )
    expect(follow).to_have_count(0)
    expect(page.locator(".fact-interval").first).to_be_visible()
    expect(page.locator("#result[hx-get]")).to_have_count(0)
    page.locator("#auc-by-dataset").scroll_into_view_if_needed()
    page.locator("#auc-by-dataset [data-plot] .errorbars").first.wait_for(state="attached")


def test_filters_live_in_the_address(visits, scenes):
    page = visits.open("/leaderboard/")
    page.get_by_role("group", name="Resolution").get_by_role("link", name="128").click()
    page.get_by_role("group", name="Metric").get_by_role("link", name="Accuracy", exact=True).click()
    address = page.url
    assert "resolution=128" in address
    assert "metric=accuracy" in address

    def assert_chosen(resolution: str, metric: str) -> None:
        expect(page.locator(".board-controls [aria-current=true]")).to_have_text([resolution, metric])
        ticked = page.locator(".board-panel [type=radio]:checked").all()
        assert [one.get_attribute("value") for one in ticked] == ["best", "on", "any"]

    assert_chosen("128", "Accuracy")
    page.reload()
    assert_chosen("128", "Accuracy")
    page.go_back()
    assert_chosen("128", "AUC")
    page.go_back()
    assert_chosen("224", "AUC")
    page.go_forward()
    assert_chosen("128", "AUC")
    assert visits.open(address).locator("h1").inner_text() == "Leaderboard"
