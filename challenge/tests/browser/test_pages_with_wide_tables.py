"""Wide tables on narrow pages: they scroll in their own region."""

import pytest

from challenge.tests.browser.looks import NARROW, WIDE
from challenge.tests.processes import wait_until

pytestmark = pytest.mark.browser


def test_wide_tables_scroll_inside_their_region(visits, scenes):
    page = visits.open("/leaderboard/", viewport={"width": NARROW, "height": 800})
    region = page.get_by_role("region", name="Ranking")
    assert region.evaluate("region => region.scrollWidth > region.clientWidth")
    region.focus()
    page.keyboard.press("ArrowRight")
    wait_until(lambda: region.evaluate("region => region.scrollLeft") > 0, 5)


def test_a_table_that_goes_on_fades_at_its_edge(visits, scenes):
    page = visits.open("/leaderboard/", viewport={"width": NARROW, "height": 800})
    region = page.get_by_role("region", name="Ranking")
    fade = "region => parseFloat(getComputedStyle(region).getPropertyValue('--more-right'))"
    assert region.evaluate(fade) > 0
    region.evaluate("region => region.scrollTo(region.scrollWidth, 0)")
    wait_until(lambda: region.evaluate(fade) == 0, 5)
    page.set_viewport_size({"width": WIDE, "height": 800})
    wait_until(lambda: region.evaluate(fade) == 0, 5)
