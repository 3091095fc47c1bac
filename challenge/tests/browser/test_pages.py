"""All pages: narrow and wide, light and dark, WCAG 2.2 AA, and weight."""

import pytest
from playwright.sync_api import expect

from challenge.tests.browser.looks import OTHER_LOOKS, check, problems_of
from challenge.urls import urlpatterns

pytestmark = pytest.mark.browser

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
    "news": "/news/",
    "releases": "/releases/",
    "a release": "/releases/2027.1/",
    "a release, all entries by kappa at 64": "/releases/2027.1/?resolution=64&metric=cohen_kappa&entries=all",
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


@pytest.mark.parametrize("team", [None, "Team Scenes"])
def test_the_header_is_accessible_at_each_width_in_each_theme(visits, logged_in, team):
    page = visits.open("/about/", session=logged_in.get(team))
    assert problems_of(page, OTHER_LOOKS, "header") == []


def test_every_page_without_arguments_is_looked_at():
    looked_at = {path.partition("?")[0] for path in (*FOR_EVERYONE.values(), *FOR_THE_TEAM.values())}
    pages = {f"/{pattern.pattern}" for pattern in urlpatterns if not pattern.pattern.converters}
    parts_and_files = {"/profile/submissions/", "/profile/groups/", "/format/template.csv", "/format/example.csv.gz",
                       "/research/references.bib", "/leaderboard.csv", "/leaderboard.json",
                       "/leaderboard/own.csv", "/news/feed.atom", "/news/mails/", "/predictions.zip", "/healthz",
                       "/readyz", "/status.json", "/prometheus/metrics", "/.well-known/security.txt"}  # fmt: skip
    of_the_admin = {page for page in pages if page.startswith("/admin/")}
    assert pages - parts_and_files - of_the_admin <= looked_at


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
