"""Submission while something breaks: the page says what happened, keeps what was typed, and accepts the file once."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from challenge.tests.browser.conftest import PASSWORD, log_in
from challenge.tests.browser.demo_process import free_port
from challenge.tests.faulty_proxy import FaultyProxy

pytestmark = pytest.mark.browser

MODEL, DESCRIPTION = "ViT-S/16", "Trained with care.\nTwice."
#: Complaints of the browser about the faults of these tests.
EXPECTED = re.compile(
    r"Failed to load resource|Response Status Error Code|net::ERR_|htmx:(afterRequest|sendError|sendAbort)"
)


@pytest.fixture(autouse=True)
def _faults_are_expected(visits) -> Iterator[None]:
    yield
    visits.complaints[:] = [text for text in visits.complaints if not EXPECTED.search(text)]


@pytest.fixture
def filled_in(demo, register) -> tuple[Page, str]:
    """Page of a new team with a form that is ready to be sent, and the team's name."""
    page, team = register()
    fill_in(page, demo.example_file)
    return page, team


def fill_in(page: Page, file) -> None:
    page.get_by_label("Predictions", exact=True).set_input_files(file)
    page.get_by_label("Resolution").select_option("64")
    page.get_by_label("Model name").fill(MODEL)
    page.get_by_label("Description").fill(DESCRIPTION)
    page.get_by_label("Data beyond MedMNIST+").check()


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Submit")


def submit(page: Page) -> None:
    button(page).click()


def fault(page: Page) -> Locator:
    return page.locator("form").get_by_role("alert")


def assert_kept(page: Page) -> None:
    """Check that the form is ready to be sent again, with all that was typed and the file."""
    expect(page.get_by_role("heading", name="Log in")).to_have_count(0)
    expect(page.get_by_label("Model name")).to_have_value(MODEL)
    expect(page.get_by_label("Description")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Resolution")).to_have_value("64")
    expect(page.get_by_label("Data beyond MedMNIST+")).to_be_checked()
    expect(page.get_by_label("Predictions", exact=True)).to_have_value(re.compile("example-submission.csv$"))
    expect(button(page)).to_be_enabled()
    expect(page.locator("[data-upload-label]")).to_have_text("")
    expect(page.get_by_role("progressbar", name="Upload")).to_be_hidden()


def assert_accepted_once(page: Page) -> None:
    """Submit again; the file is accepted, and there is one submission."""
    submit(page)
    expect(page.locator("#submit .alert")).to_contain_text(re.compile("was received|was not submitted again"))
    assert n_submissions(page) == 1


def n_submissions(page: Page) -> int:
    """Return the number of submissions in the list after a reload."""
    page.goto("/profile/")
    return page.locator(".submission-item").count()


def other_tab(page: Page) -> Page:
    tab = page.context.new_page()
    tab.goto("/profile/")
    return tab


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").first.wait_for()


# --- Sessions -------------------------------------------------------------------------------------


def test_a_session_that_ended_is_said_next_to_the_button_and_a_log_in_in_another_tab_is_enough(filled_in):
    page, team = filled_in
    log_out(other_tab(page))
    submit(page)
    expect(fault(page)).to_contain_text("You are no longer logged in, so nothing was submitted.")
    assert_kept(page)
    with page.expect_popup() as opened:
        fault(page).get_by_role("link", name="log in in a new tab").click()
    tab = opened.value
    expect(tab).to_have_url(re.compile(r"/accounts/login/\?next=%2Fprofile%2F$"))
    tab.get_by_label("Team name or e-mail address").fill(team)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url("**/profile/")
    expect(tab.get_by_text("No submissions yet.")).to_be_visible()
    page.bring_to_front()
    assert_kept(page)
    assert_accepted_once(page)


def test_the_page_notes_that_its_team_is_logged_in_again(filled_in):
    page, team = filled_in
    tab = other_tab(page)
    log_out(tab)
    submit(page)
    expect(page.locator("#team-submissions .fault")).to_contain_text("this part of the page is not updated")
    log_in(tab, team, PASSWORD)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(fault(page)).to_contain_text("You are logged in again.")
    expect(page.locator("#team-submissions .fault")).to_have_count(0)
    assert_accepted_once(page)


def test_a_log_in_in_another_tab_replaces_the_token_and_nobody_notices(filled_in):
    page, team = filled_in
    tab = other_tab(page)
    log_out(tab)
    log_in(tab, team, PASSWORD)
    assert_accepted_once(page)


def test_without_cookies_the_page_asks_to_log_in(filled_in):
    page, team = filled_in
    page.context.clear_cookies()
    submit(page)
    expect(fault(page)).to_contain_text("You are no longer logged in")
    assert_kept(page)
    log_in(page.context.new_page(), team, PASSWORD)
    assert_accepted_once(page)


def test_a_lost_token_is_renewed(filled_in):
    page, _ = filled_in
    page.context.clear_cookies(name="csrftoken")
    page.evaluate("document.querySelector('#submit [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    submit(page)
    expect(fault(page)).to_contain_text("The form had expired, so nothing was submitted.")
    assert_kept(page)
    assert_accepted_once(page)


def test_a_form_of_one_team_submits_nothing_for_another(filled_in, register, visits):
    page, team = filled_in
    _, other = register()
    tab = other_tab(page)
    log_out(tab)
    log_in(tab, other, PASSWORD)
    submit(page)
    expect(fault(page)).to_contain_text(f"You are now logged in as “{other}”. Nothing was submitted")
    expect(fault(page)).to_contain_text(f"this form belongs to “{team}”")
    assert_kept(page)
    assert n_submissions(tab) == 0
    log_out(tab)
    log_in(tab, team, PASSWORD)
    assert_accepted_once(page)


@pytest.mark.parametrize("path", ["the team's page", "the submission's page"])
def test_a_page_that_follows_a_submission_stops_with_a_sentence_and_goes_on_after_the_log_in(
    demo, filled_in, path
):
    page, team = filled_in
    with demo.worker_paused():
        submit(page)
        page.locator(".submission-item .state-queued").wait_for()
        tab = other_tab(page)
        if path == "the submission's page":
            page.locator(".submission-item").get_by_role("link").click()
        log_out(tab)
        said = page.get_by_text("You are no longer logged in, so this part of the page is not updated.")
        expect(said).to_be_visible()
        expect(page.locator(".state-queued")).to_be_visible()
        log_in(tab, team, PASSWORD)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator(".state-scored, .facts .fact-interval, #result .facts").first.wait_for()
    expect(said).to_have_count(0)


# --- The server -----------------------------------------------------------------------------------


def test_while_the_server_is_down_or_has_no_database_nothing_is_lost(demo, register):
    port = free_port()
    with ExitStack() as server:
        server.enter_context(demo.web_server(port))
        page, _ = register(base_url=f"http://127.0.0.1:{port}")
        fill_in(page, demo.example_file)
    submit(page)
    expect(fault(page)).to_contain_text("The server could not be reached, or the connection was lost.")
    assert_kept(page)
    with demo.web_server(port, DATABASE_URL="sqlite:////nonexistent/db.sqlite3"):
        submit(page)
        expect(fault(page)).to_contain_text("error 500")
        expect(fault(page)).to_contain_text("nothing was submitted")
        assert_kept(page)
        expect(page.locator("#team-submissions .fault")).to_contain_text("may be out of date")
    with demo.web_server(port):
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#team-submissions .fault")).to_have_count(0)
        assert_accepted_once(page)


@pytest.fixture
def behind_proxy(demo, register) -> Iterator[tuple[Page, FaultyProxy]]:
    """Page of a new team, behind a proxy that can lose connections, with a form that is ready to be sent."""
    with FaultyProxy(demo.port).running() as proxy:
        page, _ = register(base_url=proxy.url)
        fill_in(page, demo.example_file)
        yield page, proxy


@pytest.mark.parametrize("share", [0.5, 0.99999])
def test_a_connection_lost_during_the_upload_submits_nothing(demo, behind_proxy, share):
    page, proxy = behind_proxy
    proxy.loses, proxy.arrives = b"POST /profile/ ", int(share * demo.example_file.stat().st_size)
    submit(page)
    expect(fault(page)).to_contain_text("The server could not be reached, or the connection was lost.")
    assert_kept(page)
    assert proxy.n_lost
    proxy.loses = None
    assert n_submissions(other_tab(page)) == 0
    submit(page)
    expect(page.locator("#submit .alert")).to_contain_text("was received")
    assert n_submissions(page) == 1


def test_a_connection_lost_just_before_the_last_fields_submits_nothing(demo, behind_proxy):
    """The part that arrives has all required fields."""
    page, proxy = behind_proxy
    size = page.evaluate(
        "new Response(new FormData(document.querySelector('#submit form'))).arrayBuffer().then(b => b.byteLength)"
    )
    proxy.loses, proxy.arrives = b"POST /profile/ ", size - 60
    submit(page)
    expect(fault(page)).to_contain_text("The server could not be reached, or the connection was lost.")
    proxy.loses = None
    assert n_submissions(other_tab(page)) == 0
    assert_accepted_once(page)


def test_an_answer_that_is_lost_leads_to_one_submission(behind_proxy):
    page, proxy = behind_proxy
    proxy.loses = b"POST /profile/ "
    submit(page)
    expect(fault(page)).to_contain_text("If your file has arrived, it appears in your list of submissions.")
    assert_kept(page)
    expect(page.locator(".submission-item")).to_have_count(1)  # the list shows it without a reload
    proxy.loses = None
    submit(page)
    expect(page.locator("#submit .alert")).to_contain_text("You have already submitted this file")
    assert n_submissions(page) == 1


# --- Answers that are no part of the page ---------------------------------------------------------


def answer_once(page: Page, **answer: Any) -> None:
    """Answer the next submission in place of the site."""
    page.route("**/profile/", lambda route: route.fulfill(**answer), times=1)


@pytest.mark.parametrize(
    ("status", "sentences"),
    [
        (400, ["error 400", "Nothing was submitted."]),
        (413, ["The file is too large", "Nothing was submitted.", "gzip"]),
        (429, ["too many requests", "Nothing was submitted.", "wait a few minutes"]),
        (502, ["error 502", "nothing was submitted", "not submitted twice"]),
        (503, ["error 503", "nothing was submitted", "not submitted twice"]),
        (200, ["Something else has answered", "Nothing was submitted."]),
    ],
)
def test_an_answer_of_something_else(filled_in, status, sentences):
    page, _ = filled_in
    answer_once(
        page,
        status=status,
        content_type="text/html",
        body="<!doctype html><title>Proxy</title><h1>Proxy</h1>",
    )
    submit(page)
    for sentence in sentences:
        expect(fault(page)).to_contain_text(sentence)
    expect(page.get_by_role("heading", name="Proxy")).to_have_count(0)
    assert_kept(page)
    assert_accepted_once(page)


def test_a_server_that_never_answers_is_given_up(demo, register):
    page, _ = register()
    page.clock.install()
    page.goto("/profile/")
    fill_in(page, demo.example_file)
    held: list[Route] = []
    page.route("**/profile/", lambda route: held.append(route), times=1)
    submit(page)
    expect(button(page)).to_be_disabled()
    page.clock.fast_forward(200_000)
    expect(fault(page)).to_contain_text("The server has not answered for minutes.")
    assert_kept(page)
    assert held
    assert_accepted_once(page)


def test_a_file_that_changed_since_it_was_chosen_is_said(demo, register, tmp_path):
    page, _ = register()
    file = tmp_path / "example-submission.csv"
    file.write_bytes(b"an earlier file")
    fill_in(page, file)
    file.write_bytes(demo.example_file.read_bytes())
    os.utime(file, (time.time() + 60,) * 2)  # a browser compares whole seconds
    submit(page)
    expect(fault(page)).to_contain_text("The file has changed since you chose it")
    expect(page.get_by_label("Model name")).to_have_value(MODEL)
    page.get_by_label("Predictions", exact=True).set_input_files(file)
    assert_accepted_once(page)


# --- Without scripts ------------------------------------------------------------------------------


def test_without_scripts_the_text_is_kept_over_the_log_in(demo, register):
    page, team = register(java_script_enabled=False)
    fill_in(page, demo.example_file)
    log_out(other_tab(page))
    submit(page)
    page.get_by_label("Team name or e-mail address").fill(team)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Nothing was submitted yet. What you typed is here")).to_be_visible()
    assert_text_kept_without_scripts(page, demo)


def test_without_scripts_the_text_of_an_expired_form_is_kept(demo, register):
    page, team = register(java_script_enabled=False)
    fill_in(page, demo.example_file)
    tab = other_tab(page)
    log_out(tab)
    log_in(tab, team, PASSWORD)
    submit(page)
    expect(page.get_by_role("heading", name="The form has expired")).to_be_visible()
    page.get_by_role("link", name="Open the form again").click()
    assert_text_kept_without_scripts(page, demo)


def assert_text_kept_without_scripts(page: Page, demo) -> None:
    expect(page.get_by_label("Model name")).to_have_value(MODEL)
    expect(page.get_by_label("Description")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Resolution")).to_have_value("64")
    expect(page.get_by_label("Data beyond MedMNIST+")).to_be_checked()
    page.get_by_label("Predictions", exact=True).set_input_files(demo.example_file)
    submit(page)
    page.wait_for_url("**/submissions/*/")
    assert n_submissions(page) == 1
