"""Concurrent uploads: the limits hold, each file is stored once, and no request fails."""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Team
from challenge.models import Phase, Submission
from challenge.services import queue, submissions
from challenge.tests.processes import Process, in_parallel, wait_until
from conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground_truth")]

REFUSAL = "Your team has reached the daily limit of submissions (10). The limit resets on"


@pytest.fixture(autouse=True)
def unsent(monkeypatch) -> list[int]:
    """Switch off scoring; the list collects the ids of the rows that would be scored."""
    sent: list[int] = []
    monkeypatch.setattr(queue, "_send", lambda task, *ids, **options: sent.extend(ids))
    return sent


def logged_in(team: Team) -> Client:
    client = Client(raise_request_exception=False)
    assert client.login(username=team.name, password=PASSWORD)
    return client


def upload(client: Client, content: str, barrier: Barrier | None = None) -> Any:
    if barrier:
        barrier.wait()
    return client.post(
        reverse("profile"),
        {
            "upload": SimpleUploadedFile("predictions.csv", content.encode()),
            "resolution": 28,
            "model_name": "ResNet",
            "description": "Sent at the same time as others.",
        },
    )


def assert_ten_were_accepted(responses: list, text_of: Callable[[Any], str]) -> None:
    """Each other one is refused for the day, or because too many files come at the same time."""
    answers = Counter(response.status_code for response in responses)
    assert answers[302] == 10
    assert answers[200] + answers[429] == len(responses) - 10
    assert all(REFUSAL in text_of(response) for response in responses if response.status_code == 200)
    assert all(
        "Nothing was submitted" in text_of(response) for response in responses if response.status_code == 429
    )


def test_thirty_uploads_at_once_pass_no_limit(team, other_team, new_files, unsent):
    mine = [partial(upload, logged_in(team), f"mine {number}") for number in range(30)]
    theirs = [partial(upload, logged_in(other_team), f"theirs {number}") for number in range(5)]
    responses = in_parallel(mine + theirs)

    assert_ten_were_accepted(responses[:30], text_of=lambda response: response.content.decode())
    assert [response.status_code for response in responses[30:]] == [302] * 5
    assert Submission.objects.filter(team=team).count() == 10
    assert Submission.objects.filter(team=other_team).count() == 5
    assert new_files() == set(Submission.objects.values_list("file", flat=True))
    assert len(unsent) == 15


def test_the_limit_in_all_holds_too(team, new_files):
    Phase.objects.update(daily_limit=100, total_limit=3)
    responses = in_parallel([partial(upload, logged_in(team), f"{number}") for number in range(12)])
    answers = Counter(response.status_code for response in responses)
    assert answers[302] == 3
    assert answers[200] + answers[429] == 9, "too many in all, or too many at once"
    assert len(new_files()) == Submission.objects.count() == 3


@pytest.mark.parametrize("attempt", range(4))
def test_a_double_click_is_one_submission(team, new_files, unsent, attempt):
    barrier = Barrier(2)
    responses = in_parallel([partial(upload, logged_in(team), "the same", barrier) for _ in range(2)])
    submission = Submission.objects.get()
    assert [response.status_code for response in responses] == [302, 302]
    assert {response["Location"] for response in responses} == {submission.get_absolute_url()}
    assert new_files() == {submission.file.name}
    assert len(unsent) == 1


def test_uploads_through_a_web_server_of_two_processes(team, tmp_path, new_files):
    command = ["gunicorn", "bigsite.wsgi", "--bind", "127.0.0.1:0", "--workers", "2", "--threads", "4",
               "--worker-class", "gthread"]  # fmt: skip
    server = Process(command, tmp_path / "web.log", DEBUG="on", CELERY_QUEUE="nobody-listens")
    try:
        server.wait_for("Listening at")
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+", server.log.read_text())
        cookies = wait_until(lambda: open_profile(address + reverse("profile"), team))
        send = partial(send_file, address + reverse("profile"), cookies)
        responses = in_parallel([partial(send, f"content {number}") for number in range(30)])
    finally:
        server.kill()

    assert_ten_were_accepted(responses, text_of=lambda response: response.text)
    assert len(new_files()) == Submission.objects.count() == 10


def open_profile(url: str, team: Team) -> dict[str, str]:
    """Visit the page, logged in, and return the cookies; empty if the server does not answer."""
    session = requests.Session()
    session.cookies["sessionid"] = logged_in(team).cookies["sessionid"].value
    try:
        response = session.get(url, timeout=30)
    except requests.ConnectionError:
        return {}
    assert response.status_code == 200
    return dict(session.cookies)


def send_file(url: str, cookies: dict[str, str], content: str) -> requests.Response:
    form = {"resolution": "28", "model_name": "ResNet", "description": "Sent for real."}
    form["csrfmiddlewaretoken"] = cookies["csrftoken"]
    files = {"upload": ("predictions.csv", content)}
    return requests.post(url, form, files=files, cookies=cookies, timeout=60, allow_redirects=False)


def test_a_refused_file_is_not_kept(team, new_files, submit):
    Phase.objects.update(daily_limit=0)
    with pytest.raises(submissions.SubmissionRefusedError):
        submit(team, content=b"refused")
    assert not new_files()


@pytest.mark.parametrize("what_ends_it", [SystemExit, RuntimeError])
def test_a_request_that_ends_after_the_commit_keeps_the_file(
    team, new_files, submit, monkeypatch, what_ends_it
):
    def end(task: str, row_id: int) -> None:
        raise what_ends_it

    monkeypatch.setattr(queue, "_send", end)
    with pytest.raises(what_ends_it):
        submit(team, content=b"accepted")
    assert new_files() == {Submission.objects.get().file.name}


def test_a_request_that_ends_before_the_commit_leaves_no_file(team, new_files, submit, monkeypatch):
    def end(evaluation_id: int, **options: object) -> None:
        raise SystemExit

    monkeypatch.setattr(queue, "enqueue_evaluation", end)
    with pytest.raises(SystemExit):
        submit(team, content=b"not accepted")
    assert not Submission.objects.exists()
    assert not new_files()
