"""Chromium and one demo with content, shared by the tests of this folder."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from challenge.tests import needs
from challenge.tests.browser.demo_process import Demo, free_port
from challenge.tests.browser.submission_form import FAULTS, fill_in

PASSWORD = "correct horse battery staple"
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
def demo(tmp_path_factory) -> Iterator[Demo]:
    """A running demo; skips the test without a browser."""
    needs.skip_without_browser()
    demo = Demo(tmp_path_factory.mktemp("demo"), free_port())
    demo.start()
    yield demo
    demo.end()


@pytest.fixture(scope="session")
def scenes(demo) -> dict[str, str]:
    """Addresses of submissions in every state, all by the team "Team Scenes"."""
    return json.loads(
        demo.run(
            "import json; from challenge.tests.browser import scenes; print(json.dumps(scenes.prepare()))"
        )
    )


class Visits:
    """Open pages, and record the browser's complaints about them."""

    def __init__(self, browser: Browser, demo: Demo) -> None:
        self._browser = browser
        self._demo = demo
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, path: str = "/", *, status: int | None = 200, **options: object) -> Page:
        """Open an address of the demo (or about:blank, which has no status) in a fresh browser context."""
        options = {"base_url": self._demo.url, "viewport": {"width": 1280, "height": 900}} | options
        context = self._browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
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

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visits(browser, demo) -> Iterator[Visits]:
    """Open pages; fail at the end if there was an error, a warning or a violation of the policy."""
    visits = Visits(browser, demo)
    yield visits
    visits.close()
    assert visits.complaints == []


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Numbers that make names of teams unique."""
    return iter(range(1, 1000))


@pytest.fixture
def register(visits, numbers) -> Callable[..., tuple[Page, str]]:
    """Return a function that registers a new team by the form, and gives its page and its name."""

    def register_team(**options: object) -> tuple[Page, str]:
        name = f"Newcomers {next(numbers)}"
        page = visits.open("/accounts/signup/", **options)
        page.get_by_label("Team name").fill(name)
        page.get_by_label("E-mail address").fill(address_of(name))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password (again)").fill(PASSWORD)
        page.get_by_role("button", name="Register").click()
        page.wait_for_url("**/profile/")
        return page, name

    return register_team


@pytest.fixture
def filled_in(demo, register) -> tuple[Page, str]:
    """Page of a new team with a form that is ready to be sent, and the team's name."""
    page, team = register()
    fill_in(page, demo.example_file)
    return page, team


@pytest.fixture
def faults_are_expected(visits) -> Iterator[None]:
    """Forget the complaints of the browser about requests that failed."""
    yield
    visits.complaints[:] = [text for text in visits.complaints if not FAULTS.search(text)]


def address_of(team: str) -> str:
    return f"{team.lower().replace(' ', '-')}@example.org"


def log_in(page: Page, login: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Team name or e-mail address").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/profile/")
