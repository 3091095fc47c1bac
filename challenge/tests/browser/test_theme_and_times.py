"""Theme switch in the header, display of times, and the menu of narrow pages."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def expect_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def test_the_theme_follows_the_system_until_it_is_switched(visits):
    page = visits.open("/", color_scheme="dark")
    switch = page.get_by_role("button", name="Dark theme")
    expect_theme(page, "dark")
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.emulate_media(color_scheme="light")
    expect_theme(page, "light")

    switch.click()
    expect_theme(page, "dark")
    page.goto("/leaderboard/")
    expect_theme(page, "dark")  # the next page keeps the theme
    page.emulate_media(color_scheme="dark")
    expect_theme(page, "dark")

    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Dark theme").click()
    expect_theme(page, "light")
    page.emulate_media(color_scheme="dark")
    expect_theme(page, "dark")  # the page follows the system's theme again


def test_the_switch_works_where_storage_is_blocked(visits):
    page = visits.open("about:blank", status=None, color_scheme="light")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('blocked'); }})"
    )
    page.goto("/")
    page.get_by_role("button", name="Dark theme").click()
    expect_theme(page, "dark")


def test_figures_are_drawn_in_the_theme_that_is_switched_to(visits, scenes):
    page = visits.open(scenes["published"], color_scheme="light")
    colour = "() => getComputedStyle(document.querySelector('[data-plot] .ytitle')).fill"
    page.locator("[data-figure]").first.scroll_into_view_if_needed()
    page.locator("[data-figure][data-drawn]").first.wait_for()
    before = page.evaluate(colour)
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("[data-figure][data-drawn]").first).to_be_visible()
    for _ in range(50):
        if page.evaluate(colour) != before:
            break
        page.wait_for_timeout(100)
    assert page.evaluate(colour) != before


def test_a_figure_keeps_its_height_while_it_is_drawn_again(visits, scenes):
    page = visits.open(scenes["published"])
    page.locator("[data-figure]").first.scroll_into_view_if_needed()
    page.locator("[data-figure][data-drawn]").first.wait_for()
    before, emptied = page.evaluate("""() => {
        const plot = document.querySelector("[data-plot]");
        const height = plot.offsetHeight;
        plot.replaceChildren();
        return [height, plot.offsetHeight];
    }""")
    assert before == emptied > 0, "a resize would measure an empty plot"


def test_times_are_in_the_readers_zone_with_utc_on_hover(visits, scenes):
    page = visits.open(scenes["scored"], timezone_id="Asia/Tokyo")
    time = page.locator("time[title]").first
    shown, on_hover = time.inner_text(), time.get_attribute("title")
    assert shown.endswith("GMT+9")
    assert on_hover
    assert on_hover.endswith("UTC")
    hours = [int(text.rsplit(":", 1)[0][-2:]) for text in (shown, on_hover)]
    assert (hours[0] - hours[1]) % 24 == 9


def test_without_scripts_times_are_utc_and_there_is_no_switch(visits, scenes):
    page = visits.open(scenes["scored"], java_script_enabled=False)
    assert page.locator("time").first.inner_text().endswith("UTC")
    expect(page.get_by_role("button", name="Dark theme")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_of_a_narrow_page(visits, scripts):
    page = visits.open("/", viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    link = page.get_by_role("navigation", name="Menu").get_by_role("link", name="Leaderboard")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    link.click()
    page.wait_for_url("**/leaderboard/")


def test_without_scripts_figures_show_their_tables(visits, scenes):
    page = visits.open(scenes["published"], java_script_enabled=False)
    figure = page.locator("[data-figure]").first
    assert figure.locator("tbody tr").count() == 12
    expect(figure.locator("tbody tr").first).to_be_visible()
    expect(figure.locator(".figure-scroll")).to_be_hidden()
    expect(figure.locator("[data-downloads]")).to_be_hidden()


def test_paper_gets_the_light_theme_and_figures_that_fit(visits, scenes):
    page = visits.open(scenes["published"], color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect_theme(page, "light")
    expect(page.locator("[data-figure]:not([data-drawn])")).to_have_count(0)
    widths = page.locator("[data-plot] .main-svg:first-child").evaluate_all(
        "svgs => svgs.map(s => s.clientWidth)"
    )
    assert widths
    assert set(widths) == {640}
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect_theme(page, "dark")


def test_print_shows_only_what_is_read(visits, scenes):
    page = visits.open(scenes["published"])
    page.emulate_media(media="print")
    for name in ("Main", "Account"):
        expect(page.get_by_role("navigation", name=name)).to_be_hidden()
    expect(page.get_by_role("button", name="Dark theme")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
