"""Tasks of an organizer that begin in a list: each leaves its line of the history, and is refused for others."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from challenge.tests.browser.organizers import OTHER_LABELS
from challenge.tests.browser.test_tasks_of_organizers import assert_refused, fill_in, lines

pytestmark = pytest.mark.browser

ADMIN = "/admin/challenge"
SUBMISSIONS, NEWS, PHASES = f"{ADMIN}/submission/", f"{ADMIN}/news/", f"{ADMIN}/phase/"
LABELS, MAILS, PAGES = f"{ADMIN}/groundtruth/", f"{ADMIN}/mail/", f"{ADMIN}/sitepage/"
ACTIVATE = "Activate: rank by this ground truth (asks for a reason)"
DEMO_LABELS = "Demo labels (synthetic)"


@pytest.fixture
def open_as(visits, office) -> Callable[..., Page]:
    """Return a function that opens a page of the admin, as an organizer if nothing else is said."""

    def open_page(address: str, who: str = "Organizer", **options: object) -> Page:
        return visits.open(address, session=office["sessions"][who], **options)

    return open_page


@pytest.fixture
def refused(visits, office) -> Callable[[str], None]:
    """Return a function that checks that assistants, unless they may look, and teams are refused at an address."""

    def refuse(address: str, *, assistants_look: bool = False) -> None:
        assert_refused(visits, office["sessions"]["Assistant"], address, may_look=assistants_look)
        assert_refused(visits, office["sessions"]["team"], address)

    return refuse


def begin(page: Page, act: str, *rows: str) -> None:
    """Tick rows of a list, and begin an act on them."""
    for text in rows:
        page.get_by_role("row").filter(has_text=text).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label=act)
    page.get_by_role("button", name="Go", exact=True).click()


def save(page: Page, **fields: str | bool) -> None:
    """Fill in a form of Django's admin, and save it."""
    for name, value in fields.items():
        fill_in(page.locator("#content"), name, value)
    page.get_by_role("button", name="Save", exact=True).click()


def open_row(page: Page, name: str) -> None:
    """Open a row of a list."""
    page.locator("#result_list").get_by_role("link", name=name, exact=True).click()


def delete(page: Page, row: str) -> None:
    """Open a row of a list, delete it, and confirm that."""
    open_row(page, row)
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Yes, ").click()


def message(page: Page) -> str:
    return page.locator(".messagelist").inner_text()


def acts(page: Page, text: str) -> list[str]:
    """Return the acts of the organizer that are found by a text, the newest first."""
    found = lines(page, text)
    assert {who for who, _, _ in found} <= {"The Organizer"}
    return [action for _, action, _ in found]


def test_several_are_scored_again_after_a_question(open_as, refused, office):
    page = open_as(f"{SUBMISSIONS}?q=Network+of+Team+again")
    numbers = [f"#{office['rows'][name]} " for name in ("again in the list", "again with another")]
    begin(page, "Score again", *numbers)
    expect(page.locator("#content")).to_contain_text(
        re.compile(r"This changes 2 submissions, and takes about \d+ \w+ with one worker process\.")
    )
    fill_in(page.locator("#content"), "reason", "For the task: several at once.")
    page.get_by_role("button", name="Score again", exact=True).click()
    assert "2 submissions are being scored again." in message(page)
    assert acts(page, "several at once") == ["had it scored again"] * 2

    look = open_as(SUBMISSIONS, "Assistant")
    expect(look.get_by_label("Action:")).to_have_count(0)
    refused(f"{SUBMISSIONS}act/score_again/")


def test_labels_that_are_not_official_are_activated_after_a_question(demo, open_as):
    with demo.worker_paused():  # the labels are taken back before anything is scored by them
        try:
            page = open_as(LABELS)
            begin(page, ACTIVATE, OTHER_LABELS)
            asked = page.locator("#content")
            expect(asked).to_contain_text("These are not the official labels.")
            expect(asked).to_contain_text("Test images with another label: PathMNIST")
            expect(asked).to_contain_text(re.compile(r"\d+ entries are scored again, which takes about"))
            assert "activated the labels" not in acts(page, "For the task: labels.")
            fill_in(asked, "reason", "For the task: labels.")
            page.get_by_role("button", name="Activate", exact=True).click()
            assert re.search(rf"{OTHER_LABELS} \(\w+\) is active\.", message(page))
            expect(page.get_by_role("row").filter(has_text=DEMO_LABELS)).to_contain_text(
                "ranked until all are scored again"
            )
            assert acts(page, "For the task: labels.") == ["activated the labels"]
            begin(page, ACTIVATE, DEMO_LABELS)
            fill_in(page.locator("#content"), "reason", "For the task: back.")
            page.get_by_role("button", name="Activate", exact=True).click()
            expect(page.get_by_role("row").filter(has_text=DEMO_LABELS).locator(".field-use")).to_have_text(
                "ranked"
            )
            expect(open_as(LABELS, "Assistant").get_by_label("Action:")).to_have_count(0)
        finally:
            demo.call("challenge.tests.browser.organizers", "forget_other_labels")


def test_news_are_previewed_published_and_mailed(open_as, refused, visits):
    page = open_as(f"{NEWS}add/")
    fill_in(page.locator("#content"), "title", "News for a task")
    fill_in(page.locator("#content"), "text", "Send *ten* files.")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview in a new tab").click()
    expect(opened.value.locator("article em")).to_have_text("ten")
    page.locator("#content a", has_text="Today").click()
    page.locator("#content a", has_text="Now").click()
    save(page, by_mail=True)
    row = page.get_by_role("row").filter(has_text="News for a task")
    expect(row).to_contain_text("of 1 sent")
    expect(visits.open("/news/").get_by_role("link", name="News for a task")).to_be_visible()
    assert acts(page, "News for a task") == ["added"]
    refused(f"{NEWS}add/")
    delete(page, "News for a task")
    assert acts(page, "News for a task") == ["deleted", "added"]


def test_a_phase_is_added_changed_and_deleted(open_as, refused):
    page = open_as(PHASES)
    expect(page.get_by_role("row").filter(has_text="Open phase")).to_contain_text("Takes submissions now")
    page.goto(f"{PHASES}add/")
    times = {
        "opens_at_0": "2020-01-01",
        "opens_at_1": "00:00",
        "closes_at_0": "2020-02-01",
        "closes_at_1": "00:00",
    }
    save(page, name="Phase of a task", **times)
    expect(page.get_by_role("row").filter(has_text="Phase of a task")).to_contain_text("Closed")
    open_row(page, "Phase of a task")
    refused(page.url, assistants_look=True)
    save(page, daily_limit="3")
    delete(page, "Phase of a task")
    assert acts(page, "Phase of a task") == ["deleted", "changed", "added"]
    refused(f"{PHASES}add/")


@pytest.mark.parametrize("title", ["Submissions", "Teams", "History"])
def test_an_export_is_taken_and_noted(open_as, refused, title):
    page = open_as("/admin/")
    page.get_by_role("link", name="Export submissions, teams and history as CSV").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download {title.lower()} as CSV").click()
    assert re.fullmatch(rf"big-{title.lower()}-\d{{4}}-\d\d-\d\d\.csv", download.value.suggested_filename)
    assert len(download.value.path().read_text().splitlines()) > 1
    assert "exported" in acts(page, title)
    expect(open_as("/admin/", "Assistant").get_by_role("link", name="Export submissions")).to_have_count(0)
    refused("/admin/exports/")


def test_mails_are_previewed_by_all_organizers(open_as, visits, office):
    for who in ("Organizer", "Assistant"):
        page = open_as(MAILS, who)
        page.get_by_role("link", name="Previews of all mails").click()
        preview = page.locator("details").filter(has_text="An organizer disqualified an entry.")
        preview.locator("summary").click()
        expect(preview.locator("pre")).to_contain_text("We have disqualified your submission")
        frame = preview.frame_locator("iframe")
        expect(frame.get_by_text("We have disqualified your submission")).to_be_visible()
    assert_refused(visits, office["sessions"]["team"], page.url)


def test_a_gap_in_a_text_is_found_and_filled(open_as, refused):
    page = open_as("/admin/")
    page.get_by_role("link", name=re.compile("^Gaps in texts")).click()
    open_row(page, "Site notice")
    address, text = page.url, page.locator("[name=body]").input_value()
    assert "[organizers:" in text
    save(page, body=re.sub(r"\[organizers:[^]]*\]", "The people of the task", text, count=1))
    assert acts(page, "Page: Site notice") == ["changed"]
    page.goto(address)
    save(page, body=text)
    refused(address, assistants_look=True)


def test_a_blocked_address_is_allowed_again(open_as, refused):
    page = open_as("/admin/accounts/blockedaddress/")
    begin(page, "Allow again (a blocked team stays blocked)", "team-blocked-address@example.org")
    assert "Addresses allowed: 1." in message(page)
    assert acts(page, "team-blocked-address@example.org") == ["allowed the address"]
    refused("/admin/accounts/blockedaddress/")
