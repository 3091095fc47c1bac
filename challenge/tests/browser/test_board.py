"""The first view of the leaderboard: what is seen without scrolling, and questions that two clicks answer."""

import pytest
from playwright.sync_api import Locator, Page, expect

from challenge.tests.browser.looks import LOOKS, NARROW, problems_of

pytestmark = pytest.mark.browser

ADDRESS = "/leaderboard/"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def rows_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Ranking").locator("tbody tr")


def is_on_screen(found: Locator, size: dict[str, int]) -> bool:
    """Return true if the whole box is on the first screen, and inside everything that scrolls sideways."""
    box = found.bounding_box()
    return bool(box and box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
                and box["y"] >= 0 and box["y"] + box["height"] <= size["height"])  # fmt: skip


def test_twelve_rows_are_on_the_first_screen_of_a_desktop(visits, scenes):
    page = visits.open(ADDRESS, viewport=DESKTOP)
    rows = page.locator("svg.forest g")
    expect(rows).to_have_count(12)
    assert all(is_on_screen(row.locator("circle"), DESKTOP) for row in rows.all())
    assert all(is_on_screen(row.locator(".forest-value"), DESKTOP) for row in rows.all())


def test_rank_name_and_score_of_five_rows_are_on_the_first_screen_of_a_phone(visits, scenes):
    page = visits.open(ADDRESS, viewport=PHONE)
    for row in rows_of(page).all()[:5]:
        name, score = row.locator("th > a:not(.tag)"), row.locator(".sorted > span")
        assert is_on_screen(name, PHONE), name.inner_text()
        assert is_on_screen(score, PHONE), name.inner_text()
        rank = row.locator(".rank").bounding_box()
        assert rank
        assert rank["x"] >= 0
        assert rank["y"] < PHONE["height"]


def test_the_texts_of_the_forest_plot_are_readable_on_a_phone(visits, scenes):
    page = visits.open(ADDRESS, viewport=PHONE)
    sizes = page.locator("svg.forest text:visible").evaluate_all(
        "texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize))"
    )
    assert len(sizes) > 24
    assert min(sizes) >= 11
    boxes = [text.bounding_box() for text in page.locator("svg.forest g text.forest-short").all()]
    points = page.locator("svg.forest").bounding_box()
    assert points
    assert all(box and box["x"] + box["width"] < points["x"] + 0.38 * points["width"] for box in boxes)


@pytest.mark.parametrize("width", [NARROW, 390, 768, 1024, 1440])
@pytest.mark.parametrize("query", ["", "?columns=datasets&columns=evidence&q=vit", "?q=nobody"])
def test_the_page_does_not_scroll_sideways(visits, scenes, width, query):
    page = visits.open(f"{ADDRESS}{query}", viewport={"width": width, "height": 900})
    widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    needed, given = page.evaluate(widths)
    assert needed <= given
    page.locator(".board-more summary").click()
    needed, given = page.evaluate(widths)
    assert needed <= given, "with the filters open"


def test_the_open_filters_are_accessible(visits, scenes):
    page = visits.open(f"{ADDRESS}?q=vit&parameters=100")
    page.locator(".board-more summary").click()
    assert problems_of(page, LOOKS, ".board-controls") == []


# --- Questions of a reader ------------------------------------------------------------------------


def test_which_entries_share_the_first_place(visits, scenes):
    page = visits.open(ADDRESS, viewport=DESKTOP)
    sentence = page.locator(".headline")
    assert is_on_screen(sentence, DESKTOP)
    marked = page.locator("svg.forest .forest-leading")
    assert all(is_on_screen(row.locator("circle"), DESKTOP) for row in marked.all())
    in_table = rows_of(page).filter(has=page.locator(".level"))
    assert marked.count() == in_table.count() >= 1
    said = sentence.inner_text()
    if marked.count() > 1:
        assert said.startswith(f"{marked.count()} of ")
        assert "share the first place" in said


def test_is_vgg16_worse_than_the_leader(visits, scenes):
    page = visits.open(ADDRESS, viewport=DESKTOP)
    leader = page.locator("tbody input[name=e]:checked")
    expect(leader).to_have_count(1)
    key = leader.get_attribute("value")
    page.get_by_label("Compare VGG16, end-to-end", exact=True).click()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare/**")
    assert f"e={key}" in page.url
    expect(page.get_by_text("VGG16, end-to-end").first).to_be_visible()


def test_a_searched_row_is_compared_with_the_leader(visits, scenes):
    page = visits.open(f"{ADDRESS}?q=vgg16", viewport=DESKTOP)
    page.get_by_label("Compare VGG16, end-to-end", exact=True).click()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare/**")
    assert page.url.count("e=") >= 2


@pytest.mark.parametrize("scripts", [True, False])
def test_the_best_small_model_without_biomedical_pretraining(visits, scenes, scripts):
    page = visits.open(ADDRESS, viewport=DESKTOP, java_script_enabled=scripts)
    page.locator(".board-more summary").click()
    page.get_by_label("million parameters").fill("25")
    for kind in ("None", "Natural images"):
        page.get_by_role("group", name="Pre-training").get_by_label(kind).check()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**parameters=25**")
    best = rows_of(page).first.locator("th > a:not(.tag)").inner_text()
    assert best == "DenseNet-121"
    expect(page.get_by_text("their ranks are among all")).to_be_visible()

    copied = visits.open(page.url, java_script_enabled=False)
    assert rows_of(copied).all_inner_texts() == rows_of(page).all_inner_texts()
    copied.get_by_role("link", name="Remove at most 25 M parameters").click()
    expect(copied.get_by_text("at most 25 M parameters")).to_have_count(0)
    expect(copied.get_by_text("pre-training: none or natural images")).to_be_visible()


def test_how_to_cite_row_three(visits, scenes):
    page = visits.open(ADDRESS, viewport=DESKTOP)
    rows_of(page).nth(2).locator("th > a:not(.tag)").click()
    expect(page.get_by_role("region", name="How to cite")).to_be_visible()
