"""The form of a submission in a browser: fill it in, send it, and check what is left of it after a fault."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

MODEL, DESCRIPTION = "ViT-S/16", "Trained with care.\nTwice."
#: Complaints of the browser about requests that failed.
FAULTS = re.compile(
    r"Failed to load resource|Response Status Error Code|net::ERR_|htmx:(afterRequest|sendError|sendAbort)"
)


def fill_in(page: Page, file: Path) -> None:
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
