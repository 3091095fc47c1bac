"""Submission while something breaks: the page says what happened, keeps what was typed, and accepts the file once."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from challenge.tests.browser.demo_process import free_port
from challenge.tests.browser.submission_form import (
    MODEL,
    assert_accepted_once,
    assert_kept,
    button,
    fault,
    fill_in,
    n_submissions,
    other_tab,
    submit,
)
from challenge.tests.faulty_proxy import FaultyProxy

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("faults_are_expected")]


# --- The server -----------------------------------------------------------------------------------


def test_while_the_server_is_down_or_has_no_database_nothing_is_lost(demo, newcomer, short_file):
    port = free_port()
    with ExitStack() as server:
        server.enter_context(demo.web_server(port))
        page, _ = newcomer(base_url=f"http://127.0.0.1:{port}")
        fill_in(page, short_file)
    submit(page)
    expect(fault(page)).to_contain_text("The server could not be reached, or the connection was lost.")
    assert_kept(page)
    with demo.web_server(port, DATABASE_URL="sqlite:////nonexistent/db.sqlite3"):
        submit(page)
        expect(fault(page)).to_contain_text("error 503")
        expect(fault(page)).to_contain_text("nothing was submitted")
        assert_kept(page)
        expect(page.locator("#team-submissions .fault")).to_contain_text("may be out of date")
    with demo.web_server(port):
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#team-submissions .fault")).to_have_count(0)
        assert_accepted_once(page)


@pytest.fixture
def behind_proxy(demo, newcomer, short_file) -> Iterator[tuple[Page, FaultyProxy]]:
    """Page of a new team, behind a proxy that can lose connections, with a form that is ready to be sent."""
    with FaultyProxy(demo.port).running() as proxy:
        page, _ = newcomer(base_url=proxy.url)
        fill_in(page, short_file)
        yield page, proxy


@pytest.mark.parametrize("share", [0.5, 0.99999])
def test_a_connection_lost_during_the_upload_submits_nothing(behind_proxy, short_file, share):
    page, proxy = behind_proxy
    proxy.loses, proxy.arrives = b"POST /profile/ ", int(share * short_file.stat().st_size)
    submit(page)
    expect(fault(page)).to_contain_text("The server could not be reached, or the connection was lost.")
    assert_kept(page)
    assert proxy.n_lost
    proxy.loses = None
    assert n_submissions(other_tab(page)) == 0
    submit(page)
    expect(page.locator("#submit .alert")).to_contain_text("was received")
    assert n_submissions(page) == 1


def test_a_connection_lost_just_before_the_last_fields_submits_nothing(behind_proxy):
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


def test_an_answer_that_is_lost_leads_to_one_submission(demo, behind_proxy):
    page, proxy = behind_proxy
    fill_in(page, demo.example_file)  # a file that fails, such as a short one, may be sent twice
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


def test_a_server_that_never_answers_is_given_up(newcomer, short_file):
    page, _ = newcomer()
    page.clock.install()
    page.goto("/profile/")
    fill_in(page, short_file)
    held: list[Route] = []
    page.route("**/profile/", lambda route: held.append(route), times=1)
    submit(page)
    expect(button(page)).to_be_disabled()
    page.clock.fast_forward(200_000)
    expect(fault(page)).to_contain_text("The server has not answered for minutes.")
    assert_kept(page)
    assert held
    assert_accepted_once(page)


def test_a_file_that_changed_since_it_was_chosen_is_said(newcomer, short_file, tmp_path):
    page, _ = newcomer()
    file = tmp_path / short_file.name
    file.write_bytes(b"an earlier file")
    fill_in(page, file)
    file.write_bytes(short_file.read_bytes())
    os.utime(file, (time.time() + 60,) * 2)  # a browser compares whole seconds
    submit(page)
    expect(fault(page)).to_contain_text("The file has changed since you chose it")
    expect(page.get_by_label("Model name")).to_have_value(MODEL)
    page.get_by_label("Predictions", exact=True).set_input_files(file)
    assert_accepted_once(page)
