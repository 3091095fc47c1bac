"""The site while its database does not answer, or its disk is full: a light page that says so, and no traceback."""

import errno
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import Mock, patch

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from bigsite.outages import NO_DATABASE, NO_SPACE, OneLine, outage
from challenge.models import Submission
from challenge.tests.pages import element, text_of

LOST = OperationalError(2003, "Can't connect to server on '127.0.0.1' (111)")


@pytest.fixture
def browser(team, as_user) -> Client:
    """A team that is logged in, and sees what the site answers to an error."""
    client = as_user(team)
    client.raise_request_exception = False
    return client


@contextmanager
def no_query_but(error: Exception) -> Iterator[None]:
    """Let every query end with an error."""
    with patch.object(BaseDatabaseWrapper, "cursor", Mock(side_effect=error)):
        yield


@pytest.fixture
def down(browser) -> Iterator[None]:
    """The database does not answer any more."""
    with no_query_but(LOST):
        yield


def upload() -> dict[str, object]:
    """Return a form with a file that is too large to be read before the team is known."""
    file = SimpleUploadedFile("predictions.csv", b"x" * 300_000)
    return {"upload": file, "resolution": 28, "model_name": "ResNet", "description": "A test."}


@pytest.mark.parametrize(
    "path", ["/", "/leaderboard/", "/profile/", "/about/", "/submissions/1/", "/nothing/"]
)
def test_pages_say_so(browser, down, path):
    response = browser.get(path)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert text_of(element(response.text, "p.lead")).startswith(NO_DATABASE)
    assert "Traceback" not in response.text
    assert "2003" not in response.text
    assert "Content-Security-Policy" in response.headers


def test_an_upload_says_that_nothing_was_submitted(browser, down):
    response = browser.post("/profile/", upload())
    assert response.status_code == 503
    assert "Nothing was submitted" in response.text


@pytest.mark.parametrize("path", ["/api/v1/leaderboard", "/api/v1/submissions"])
def test_the_interface_answers_with_a_problem(browser, down, path):
    response = browser.get(path, headers={"authorization": "Bearer big_something"})
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "30"
    assert (
        json.loads(response.content)["detail"] == f"{NO_DATABASE} Nothing was submitted. Try again in 30 s."
    )


def test_monitors_learn_of_it(browser, down):
    assert browser.get("/healthz").status_code == 200
    response = browser.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failed"


def test_the_log_has_one_line_for_each_request(browser, down, caplog):
    caplog.handler.addFilter(OneLine())
    with caplog.at_level(logging.ERROR):
        browser.get("/leaderboard/")
    assert f"/leaderboard/: {NO_DATABASE} ({LOST})" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_full_disk_leaves_nothing_behind(browser, ground_truth, team):
    full = OSError(errno.ENOSPC, "No space left on device")
    with patch.object(FileSystemStorage, "_save", Mock(side_effect=full)):
        response = browser.post("/profile/", upload())
    assert response.status_code == 503
    assert NO_SPACE in response.text
    assert not Submission.objects.exists()


def test_faults_of_ours_stay_errors_500(browser):
    with no_query_but(ProgrammingError(1064, "You have an error in your SQL syntax")):
        page, answer = browser.get("/leaderboard/"), browser.get("/api/v1/leaderboard")
    assert page.status_code == answer.status_code == 500
    assert "Retry-After" not in page.headers
    assert json.loads(answer.content)["status"] == 500


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (LOST, NO_DATABASE),
        (OperationalError(2013, "Lost connection to server during query"), NO_DATABASE),
        (OperationalError(1205, "Lock wait timeout exceeded"), NO_DATABASE),
        (OperationalError("database is locked"), NO_DATABASE),
        (OperationalError("unable to open database file"), NO_DATABASE),
        (InterfaceError(0, ""), NO_DATABASE),
        (OperationalError("database or disk is full"), NO_SPACE),
        (OperationalError(1114, "The table is full"), NO_SPACE),
        (OSError(errno.ENOSPC, "No space left on device"), NO_SPACE),
        (OperationalError("no such table: accounts_team"), ""),
        (OperationalError(1054, "Unknown column"), ""),
        (OSError(errno.EACCES, "Permission denied"), ""),
        (ValueError("wrong"), ""),
        (None, ""),
    ],
)
def test_outages_are_recognized(error, expected):
    assert outage(error) == expected


def test_the_cause_of_an_error_counts():
    error = RuntimeError("a page broke")
    error.__cause__ = LOST
    assert outage(error) == NO_DATABASE
