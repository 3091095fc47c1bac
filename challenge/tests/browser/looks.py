"""Looks of a page: check at both widths and in both themes with axe."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
NARROW, WIDE = 360, 1440
Look = tuple[Literal["light", "dark"], int]
#: Every page is checked at each width and in each theme.
LOOKS: list[Look] = [("light", NARROW), ("dark", WIDE)]
#: The other combinations, for the header: it alone shows other elements at another width.
OTHER_LOOKS: list[Look] = [("dark", NARROW), ("light", WIDE)]
#: Pages with figures of the same kinds as another page. axe is slow on figures, so it skips them here.
FIGURES_AS_ELSEWHERE = {
    *("compare, of two resolutions", "baselines, mm-PT by accuracy", "intervals to come", "a seed"),
    *("scored, for its team", "disqualified, for its team", "group, for its team"),
}


def check(page: Page, name: str = "") -> None:
    """Check a page at both widths and in both themes, with its figures drawn; `name` as in `FIGURES_AS_ELSEWHERE`."""
    for figure in page.locator("[data-figure]").all():  # figures are drawn when they come near the viewport
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-drawn", "true")
    skipped = "[data-plot]" if name in FIGURES_AS_ELSEWHERE else None
    problems = problems_of(page, LOOKS, "html", skipped)
    assert problems == [], problems


def problems_of(page: Page, looks: list[Look], part: str, skipped: str | None = None) -> list[str]:
    """Return what axe finds in a part of a page, except in `skipped`, and where the page scrolls sideways."""
    axe = Axe()
    context = {"include": [[part]], "exclude": [[skipped]] if skipped else []}
    problems = []
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{width} px: the page scrolls sideways")
        found = axe.run(page, context=context, options=WCAG)
        axe = Axe("")  # the page keeps the script of the first run
        for violation in found.response["violations"]:
            places = [f"{node['html'][:150]} ({node['failureSummary']})" for node in violation["nodes"][:3]]
            problems.append(f"{scheme}, {width} px: {violation['help']}: {places}")
    return problems
