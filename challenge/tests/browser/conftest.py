"""Chromium and one demo with content, shared by the tests of this folder."""

from collections.abc import Callable, Generator, Iterator
from itertools import count, islice
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from challenge.tests import needs
from challenge.tests.browser.demo_process import Demo, free_port
from challenge.tests.browser.newcomers import PASSWORD, address_of
from challenge.tests.browser.submission_form import FAULTS, fill_in

expect.set_options(timeout=15_000)  # other tests may keep the machine busy
REPORT_CSP = """document.addEventListener("securitypolicyviolation",
    event => console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI}`))"""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    needs.skip_without_browser()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs.BROWSER, args=arguments)
        yield browser
        browser.close()


# The demo outlives the browser: pytest ends fixtures of a package when a test of another package runs in between. The
# browser must end then: it leaves an event loop in this thread, in which Django refuses to use the database.
@pytest.fixture(scope="session")
def running_demo(tmp_path_factory) -> Iterator[Demo]:
    """A running demo, also for tests that need no browser."""
    demo = Demo(tmp_path_factory.mktemp("demo"), free_port())
    try:
        demo.start()
        demo.copy_data(first_data(demo))
        yield demo
    finally:
        demo.end()


@pytest.fixture(scope="session")
def demo(request) -> Demo:
    """The running demo; skips the test without a browser, and starts nothing then."""
    needs.skip_without_browser()
    return request.getfixturevalue("running_demo")


def first_data(demo: Demo) -> Path:
    """Return the folder with a copy of the data that the first start of a demo made."""
    return demo.data_dir.with_name(f"{demo.data_dir.name}-first")


@pytest.fixture(scope="session")
def scenes(demo) -> dict[str, str]:
    """Addresses of submissions in every state, all by the team "Team Scenes"."""
    return demo.call("challenge.tests.browser.scenes", "prepare")


@pytest.fixture(scope="session")
def logged_in(demo, scenes) -> dict[str, str]:
    """Sessions of logged-in teams."""
    return demo.call("challenge.tests.browser.newcomers", "log_in", ["Team Scenes", "Team Blank"])


@pytest.fixture(scope="session")
def office(demo) -> dict[str, dict[str, str]]:
    """Sessions of organizers by role, and the numbers of rows that their tasks are about."""
    return demo.call("challenge.tests.browser.organizers", "prepare")


class Visits:
    """Open pages, and record the browser's complaints about them."""

    def __init__(self, browser: Browser, demo: Demo) -> None:
        self._browser = browser
        self.url = demo.url
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(
        self, path: str = "/", *, status: int | None = 200, session: str | None = None, **options: object
    ) -> Page:
        """Open an address of the demo (or about:blank, which has no status) in a fresh browser context.

        With the key of a session, its team is logged in.
        """
        options = {"base_url": self.url, "viewport": {"width": 1280, "height": 900}} | options
        context = self._browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.url}])
        self._contexts.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(REPORT_CSP)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        response = page.goto(path)
        if status is not None:
            assert response
            assert response.status == status
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def shown(self) -> str:
        """Return the address and the words of each open page."""
        pages = [page for context in self._contexts for page in context.pages]
        return "\n\n".join(f"{page.url}\n{words_of(page)}" for page in pages)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def words_of(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=2000)
    except Error as error:
        return f"(cannot be read: {error})"


VISITS = pytest.StashKey[Visits]()


@pytest.fixture
def visits(request, browser, demo) -> Iterator[Visits]:
    """Open pages; fail at the end if there was an error, a warning or a violation of the policy."""
    visits = request.node.stash[VISITS] = Visits(browser, demo)
    yield visits
    visits.close()
    assert visits.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failure what the pages show."""
    report = yield
    if report.failed and (visits := item.stash.get(VISITS, None)):
        report.sections.append(("Open pages", visits.shown()))
    return report


@pytest.fixture(scope="session")
def names() -> Iterator[str]:
    """Names of new teams."""
    return (f"Newcomers {number}" for number in count(1))


@pytest.fixture
def register(visits, names) -> Callable[..., tuple[Page, str]]:
    """Return a function that registers a new team by the form, and gives its page and its name."""

    def register_team(**options: object) -> tuple[Page, str]:
        name = next(names)
        page = visits.open("/accounts/signup/", **options)
        page.get_by_label("Team name").fill(name)
        page.get_by_label("E-mail address").fill(address_of(name))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password (again)").fill(PASSWORD)
        page.get_by_role("button", name="Register").click()
        page.wait_for_url("**/profile/")
        return page, name

    return register_team


@pytest.fixture(scope="session")
def newcomers(demo, names) -> Iterator[tuple[str, str]]:
    """Names and sessions of new teams, as many as are asked for. A process, which takes long to start, makes twenty."""

    def teams() -> Iterator[tuple[str, str]]:
        while True:
            batch = [next(names) for _ in range(20)]
            yield from demo.call("challenge.tests.browser.newcomers", "register", batch).items()

    return teams()


@pytest.fixture
def newcomer(visits, newcomers) -> Callable[..., tuple[Page, str]]:
    """Return a function that gives the page of a new team, which is logged in, and its name."""

    def open_page(**options: object) -> tuple[Page, str]:
        name, session = next(newcomers)
        return visits.open("/profile/", session=session, **options), name

    return open_page


@pytest.fixture
def filled_in(newcomer, short_file) -> tuple[Page, str]:
    """Page of a new team with a form that is ready to be sent, and the team's name."""
    page, team = newcomer()
    fill_in(page, short_file)
    return page, team


@pytest.fixture(scope="session")
def short_file(demo, tmp_path_factory) -> Path:
    """Beginning of the example file, for tests of the upload alone: a tenth of the work to check, send and score."""
    path = tmp_path_factory.mktemp("short") / demo.example_file.name
    with demo.example_file.open() as lines:
        path.write_text("".join(islice(lines, 12_000)))
    return path


@pytest.fixture
def faults_are_expected(visits) -> Iterator[None]:
    """Forget the complaints of the browser about requests that failed."""
    yield
    visits.complaints[:] = [text for text in visits.complaints if not FAULTS.search(text)]


def log_in(page: Page, login: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Team name or e-mail address").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/profile/")
