"""Submission after the session has ended or changed: nothing typed is lost, and no team submits for another."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from challenge.tests.browser.conftest import log_in
from challenge.tests.browser.newcomers import PASSWORD
from challenge.tests.browser.submission_form import (
    DESCRIPTION,
    MODEL,
    assert_accepted_once,
    assert_kept,
    fault,
    fill_in,
    n_submissions,
    other_tab,
    submit,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("faults_are_expected")]


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").first.wait_for()


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


def test_a_form_of_one_team_submits_nothing_for_another(filled_in, newcomer):
    page, team = filled_in
    _, other = newcomer()
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
    demo, newcomer, path
):
    page, team = newcomer()
    fill_in(page, demo.example_file)
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


# --- Without scripts ------------------------------------------------------------------------------


def test_without_scripts_the_text_is_kept_over_the_log_in(newcomer, short_file):
    page, team = newcomer(java_script_enabled=False)
    fill_in(page, short_file)
    log_out(other_tab(page))
    submit(page)
    page.get_by_label("Team name or e-mail address").fill(team)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Nothing was submitted yet. What you typed is here")).to_be_visible()
    assert_text_kept_without_scripts(page, short_file)


def test_without_scripts_the_text_of_an_expired_form_is_kept(newcomer, short_file):
    page, team = newcomer(java_script_enabled=False)
    fill_in(page, short_file)
    tab = other_tab(page)
    log_out(tab)
    log_in(tab, team, PASSWORD)
    submit(page)
    expect(page.get_by_role("heading", name="The form has expired")).to_be_visible()
    page.get_by_role("link", name="Open the form again").click()
    assert_text_kept_without_scripts(page, short_file)


def assert_text_kept_without_scripts(page: Page, file: Path) -> None:
    expect(page.get_by_label("Model name")).to_have_value(MODEL)
    expect(page.get_by_label("Description")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Resolution")).to_have_value("64")
    expect(page.get_by_label("Data beyond MedMNIST+")).to_be_checked()
    page.get_by_label("Predictions", exact=True).set_input_files(file)
    submit(page)
    page.wait_for_url("**/submissions/*/")
    assert n_submissions(page) == 1
