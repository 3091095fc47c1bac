"""All pages: narrow and wide, light and dark, by keyboard, without scripts, WCAG 2.2 AA, and weight."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from challenge.tests.browser.conftest import log_in
from challenge.tests.browser.newcomers import PASSWORD
from challenge.tests.processes import wait_until
from challenge.urls import urlpatterns

pytestmark = pytest.mark.browser

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
NARROW, WIDE = 360, 1440
Look = tuple[Literal["light", "dark"], int]
#: Every page is checked at each width and in each theme.
LOOKS: list[Look] = [("light", NARROW), ("dark", WIDE)]
#: The other combinations, for the header: it alone shows other elements at another width.
OTHER_LOOKS: list[Look] = [("dark", NARROW), ("light", WIDE)]
#: Maximum bytes of a page on first visit: everything transferred, compressed.
PLAIN, WITH_FIGURES = 150_000, 700_000
FOR_EVERYONE = {
    "home": "/",
    "challenge": "/challenge/",
    "challenge design": "/challenge/design/",
    "about": "/about/",
    "site notice": "/site-notice/",
    "privacy": "/privacy/",
    "leaderboard": "/leaderboard/",
    "leaderboard, all entries by kappa": "/leaderboard/?entries=all&metric=cohen_kappa",
    "leaderboard without published results": "/leaderboard/?baselines=off",
    "leaderboard, searched, with all columns": (
        "/leaderboard/?q=vit&parameters=100&columns=datasets&columns=parameters&columns=family&columns=pretraining"
        "&columns=evidence&columns=time"
    ),
    "leaderboard, no row matches": "/leaderboard/?q=nobody",
    "own board, nothing chosen": "/leaderboard/own/",
    "own board of the organ sets": "/leaderboard/own/?entries=all&organamnist=1&organcmnist=1&organsmnist=1",
    "own board with weights": "/leaderboard/own/?metric=accuracy&pathmnist=3&octmnist=1",
    "leaderboard, figures": "/leaderboard/?view=figures&colours=within",
    "compare, nothing chosen": "/compare/",
    "compare, of two resolutions": "",
    "compare with a group": "",
    "compare, one and some that are not there": "",
    "leaderboard without entries": "/leaderboard/?resolution=128&metric=balanced_accuracy",
    "datasets": "/datasets/",
    "a dataset": "/datasets/chestmnist/",
    "metrics": "/metrics/",
    "submission format": "/format/",
    "research": "/research/",
    "baselines": "/baselines/",
    "baselines, mm-PT by accuracy": "/baselines/?scheme=mm-pt&metric=accuracy",
    "log in": "/accounts/login/",
    "register": "/accounts/signup/",
    "forgotten password": "/accounts/password/reset/",
    "scored": "",
    "intervals to come": "",
    "an entry on a multi-label dataset": "",
    "published": "",
    "group": "",
    "a seed": "",
}
FOR_THE_TEAM = {
    "profile": "/profile/",
    "scored": "",
    "failed": "",
    "queued": "",
    "disqualified": "",
    "edit an entry": "",
    "edit a seed": "",
    "withdraw an entry": "",
    "group": "",
    "change a group": "",
    "dissolve a group": "",
    "e-mail": "/accounts/email/",
    "delete the account": "/accounts/delete/",
}
#: Pages with figures of the same kinds as another page. axe is slow on figures, so it skips them here.
FIGURES_AS_ELSEWHERE = {
    *("compare, of two resolutions", "baselines, mm-PT by accuracy", "intervals to come", "a seed"),
    *("scored, for its team", "disqualified, for its team", "group, for its team"),
}


@pytest.fixture(scope="session")
def logged_in(demo, scenes) -> dict[str, str]:
    """Sessions of logged-in teams."""
    return demo.call("challenge.tests.browser.newcomers", "log_in", ["Team Scenes", "Team Blank"])


def check(page: Page, name: str = "") -> None:
    """Check a page at both widths and in both themes, with its figures drawn; `name` as in `FIGURES_AS_ELSEWHERE`."""
    for figure in page.locator("[data-figure]").all():  # figures are drawn when they come near the viewport
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-drawn", "true")
    skipped = "[data-plot]" if name in FIGURES_AS_ELSEWHERE else None
    assert problems_of(page, LOOKS, "html", skipped) == []


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


@pytest.mark.parametrize("team", [None, "Team Scenes"])
def test_the_header_is_accessible_at_each_width_in_each_theme(visits, logged_in, team):
    page = visits.open("/about/", session=logged_in.get(team))
    assert problems_of(page, OTHER_LOOKS, "header") == []


def test_every_page_without_arguments_is_looked_at():
    looked_at = {path.partition("?")[0] for path in (*FOR_EVERYONE.values(), *FOR_THE_TEAM.values())}
    pages = {f"/{pattern.pattern}" for pattern in urlpatterns if not pattern.pattern.converters}
    parts_and_files = {"/profile/submissions/", "/profile/groups/", "/format/template.csv", "/format/example.csv.gz",
                       "/research/references.bib", "/leaderboard.csv", "/leaderboard.json",
                       "/leaderboard/own.csv"}  # fmt: skip
    assert pages - parts_and_files <= looked_at


@pytest.mark.parametrize("name", FOR_EVERYONE)
def test_pages_for_everyone_are_accessible_and_light(visits, scenes, name):
    page = visits.open("about:blank", status=None)
    received: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    response = page.goto(FOR_EVERYONE[name] or scenes[name])
    assert response
    assert response.status == 200
    check(page, name)
    limit = WITH_FIGURES if page.locator("script[data-plotly]").count() else PLAIN
    assert len(received) > 3
    assert sum(received) <= limit, f"{name} weighs {sum(received) / 1000:.0f} kB"


@pytest.mark.parametrize("name", FOR_THE_TEAM)
def test_pages_of_a_team(visits, scenes, logged_in, name):
    page = visits.open(FOR_THE_TEAM[name] or scenes[name], session=logged_in["Team Scenes"])
    check(page, f"{name}, for its team")


def test_a_profile_without_submissions(visits, logged_in):
    check(visits.open("/profile/", session=logged_in["Team Blank"]))


def test_a_form_with_errors(visits, logged_in, tmp_path):
    page = visits.open("/profile/", session=logged_in["Team Blank"])
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("wrong")
    page.get_by_label("Predictions", exact=True).set_input_files(wrong)
    page.get_by_label("Resolution").select_option("28")
    page.get_by_label("Model name").fill("ResNet-18")
    page.get_by_label("Description").fill("x")
    page.get_by_label("Study").fill("a paper")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("neither a web address nor a DOI")).to_be_visible()
    check(page)


def test_a_group_with_errors(visits, scenes, logged_in):
    page = visits.open("/profile/", session=logged_in["Team Scenes"])
    form = page.get_by_role("form", name="New group")
    form.get_by_label("Name").fill("Of two sizes")
    boxes = form.get_by_role("checkbox")
    for number in range(boxes.count()):
        boxes.nth(number).check()
    form.get_by_role("button", name="Group them").click()
    expect(form.get_by_role("alert")).to_contain_text(
        "All submissions of a group must have the same resolution"
    )
    expect(form.get_by_label("Name")).to_have_value("Of two sizes")
    expect(form.locator("input:checked")).to_have_count(boxes.count())
    check(page)


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


def test_a_registration_with_errors(visits, scenes):
    page = visits.open("/accounts/signup/")
    page.get_by_label("Team name").fill("Team Scenes")
    page.get_by_label("E-mail address").fill("new@example.org")
    page.get_by_label("Password", exact=True).fill("123")
    page.get_by_label("Password (again)").fill("456")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)


def test_a_page_that_is_not_there(visits):
    page = visits.open("/submissions/999999/", status=404)
    assert all("404" in complaint for complaint in visits.complaints)
    visits.complaints.clear()
    check(page)


def test_a_form_that_has_expired(visits):
    page = visits.open("/accounts/login/")
    page.get_by_label("Team name or e-mail address").fill("Team Scenes")
    page.get_by_label("Password", exact=True).fill("x")
    page.context.clear_cookies()
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="The form has expired")).to_be_visible()
    assert all("403" in complaint for complaint in visits.complaints)
    visits.complaints.clear()
    check(page)


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


def test_intervals_come_by_themselves(visits, scenes, demo):
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
        chosen = page.locator(".choices [aria-current=true]")
        expect(chosen).to_have_text([resolution, metric, "Best per team", "Shown", "Any"])

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
