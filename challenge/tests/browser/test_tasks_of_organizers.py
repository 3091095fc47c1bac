"""Each task of an organizer: done in the browser by a role, refused for the others, and a line of the history."""

import pytest
from playwright.sync_api import Locator, Page, expect

from challenge.tests.browser.conftest import Visits
from challenge.tests.browser.tasks import TASKS, Task
from challenge.tests.pages import elements, text_of

pytestmark = pytest.mark.browser

ROLES = ("Organizer", "Assistant", "Administrator")
#: Tokens of a form that somebody sends by hand: cookie and field are the same.
TOKEN = "a" * 32


def fill_in(form: Locator, name: str, value: str | bool) -> None:
    """Fill in a field as its kind asks for."""
    found = form.locator(f"[name={name}]")
    if value is True:
        found.check()
    elif found.first.get_attribute("type") == "radio":
        form.locator(f"[name={name}][value={value}]").check()
    elif found.evaluate("field => field.tagName") == "SELECT":
        found.select_option(label=str(value))
    else:
        found.fill(str(value))


def lines(page: Page, text: str) -> list[tuple[str, ...]]:
    """Return who, act and subject of the lines of history that are found by a text."""
    html = page.request.get("/admin/challenge/historyline/", params={"q": f'"{text}"'}).text()
    cells = [elements(row, "td, th") for row in elements(html, "#result_list tbody tr")]
    return [tuple(text_of(cell) for cell in row[1:4]) for row in cells]


def button(page: Page, label: str) -> Locator:
    return page.locator("#content").get_by_role("link", name=label, exact=True)


def assert_refused(visits: Visits, session: str, address: str, *, may_look: bool = False) -> None:
    """Check that the page does not open, or only to be looked at, and that it takes no form that is sent by hand."""
    page = visits.open("about:blank", status=None, session=session)
    page.context.add_cookies([{"name": "csrftoken", "value": TOKEN, "url": visits.url}])
    seen = page.request.get(address)
    assert seen.status == (200 if may_look else 403)
    assert not elements(seen.text(), "[name=_save]")
    sent: dict[str, str | float | bool] = {
        "csrfmiddlewaretoken": TOKEN,
        "reason": "By hand.",
        "confirm": "yes",
        "number": "1",
    }
    assert page.request.post(address, form=sent).status == 403


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_task(visits, office, task: Task):
    sessions, start = office["sessions"], task.page.format_map(office["rows"])
    may = {task.role, *task.also} | ({"Administrator"} if task.role == "Organizer" else set())
    page = visits.open(start, session=sessions[task.role])
    button(page, task.button).click()
    expect(page.locator("#content")).to_contain_text(task.asks)
    assert lines(page, task.found_by or task.reason) == [], "it asks first"

    for who in {*ROLES, "team"} - may:
        assert_refused(visits, sessions[who], page.url)
        look = visits.open(start, status=None, session=sessions[who])
        expect(button(look, task.button)).to_have_count(0)
    visits.complaints[:] = [text for text in visits.complaints if "403" not in text]

    form = page.locator("#content form")
    for name, value in task.fields.items():
        fill_in(form, name, value)
    if task.has_reason:
        fill_in(form, "reason", task.reason)
    form.get_by_role("button", name=task.confirm or task.button, exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text(task.says)
    acts = [(who, action) for who, action, _ in lines(page, task.found_by or task.reason)]
    assert (f"The {task.role}", task.action) in acts
    assert {who for who, _ in acts} == {f"The {task.role}"}


def test_an_assistant_can_only_write(visits, office):
    session = office["sessions"]["Assistant"]
    page = visits.open(f"/admin/accounts/team/{office['rows']['team extra']}/change/", session=session)
    assert page.locator('[aria-label="What you can do"] a').all_inner_texts() == ["Write to the team"]
    button(page, "Write to the team").click()
    form = page.locator("#content form")
    fill_in(form, "subject", "A question of an assistant")
    fill_in(form, "text", "Which network is it?")
    form.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("is on its way.")
    assert lines(page, "The Assistant")[0][:2] == ("The Assistant", "wrote to the team")
    assert {action for _, action, _ in lines(page, "The Assistant")} == {"wrote to the team"}


def test_a_team_opens_no_page_of_the_admin(visits, office):
    page = visits.open("/admin/", status=403, session=office["sessions"]["team"])
    expect(page.get_by_role("link", name="Submissions")).to_have_count(0)
    visits.complaints.clear()
