"""Submissions by programs through a web server: many at once, and with a server or a client that is killed half-way."""

import socket
from collections import Counter
from functools import partial

import pytest
import requests

from accounts import tokens
from accounts.models import Team
from challenge.models import Submission
from challenge.tests.api.operations import STATEMENTS
from challenge.tests.processes import in_parallel, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground_truth")]


@pytest.fixture
def headers(team) -> dict[str, str]:
    return headers_of(team)


def headers_of(team: Team) -> dict[str, str]:
    _, text = tokens.create(team, name="test", scope="submit", expires_at=None)
    return {"Authorization": f"Bearer {text}"}


def send(address: str, headers: dict[str, str], content: str) -> requests.Response:
    files = {"upload": ("predictions.csv", content)}
    return requests.post(
        f"{address}/api/v1/submissions", STATEMENTS, files=files, headers=headers, timeout=60
    )


def raw_request(address: str, headers: dict[str, str], content: str) -> bytes:
    """Return the bytes of a whole request."""
    files = {"upload": ("predictions.csv", content)}
    request = requests.Request(
        "POST", f"{address}/api/v1/submissions", headers, data=STATEMENTS, files=files
    ).prepare()
    lines = [f"POST {request.path_url} HTTP/1.1", f"Host: {address.removeprefix('http://')}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    assert isinstance(request.body, bytes)
    return "\r\n".join([*lines, "", ""]).encode() + request.body


def connect(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def test_of_thirty_at_once_ten_are_accepted_and_the_others_are_told_when_to_try_again(
    serve, headers, new_files
):
    _, address = serve()
    found = in_parallel([partial(send, address, headers, f"content {number}") for number in range(30)])

    assert Counter(response.status_code for response in found) == {202: 10, 429: 20}
    refused = [response for response in found if response.status_code == 429]
    for response in refused:
        assert response.headers["Content-Type"] == "application/problem+json"
        reason = response.json()["detail"]
        assert "daily limit of submissions (10)" in reason or "several files at this moment" in reason
        assert 0 < int(response.headers["Retry-After"]) <= 24 * 3600
    assert Submission.objects.count() == 10
    assert new_files() == set(Submission.objects.values_list("file", flat=True))


def test_a_request_that_is_sent_ten_times_at_once_makes_one_submission(serve, headers, new_files):
    _, address = serve()
    with_key = headers | {"Idempotency-Key": "run-1"}
    found = in_parallel([partial(send, address, with_key, "the same") for _ in range(10)])
    assert Counter(response.status_code for response in found) == {202: 1, 200: 9}
    assert len({response.json()["id"] for response in found}) == 1
    assert new_files() == {Submission.objects.get().file.name}


def test_a_server_killed_in_the_middle_of_an_upload_leaves_nothing_and_the_next_try_makes_one(
    serve, headers, new_files
):
    server, address = serve()
    with_key = headers | {"Idempotency-Key": "run-1"}
    content = "predictions\n" * 3_000_000
    request = raw_request(address, with_key, content)
    with connect(address) as connection:
        connection.sendall(
            request[: len(request) // 2]
        )  # 18 MB: more than a connection takes if nobody reads
        server.kill()
    assert not Submission.objects.exists()
    _, address = serve(int(address.rpartition(":")[2]))
    answer = send(address, with_key, content)
    assert answer.status_code == 202
    assert Submission.objects.get().pk == answer.json()["id"]
    assert new_files() == {Submission.objects.get().file.name}


def test_a_client_killed_after_the_server_has_accepted_finds_its_submission(serve, headers, new_files):
    _, address = serve()
    with_key = headers | {"Idempotency-Key": "run-1"}
    with connect(address) as connection:
        connection.sendall(raw_request(address, with_key, "the same"))
        wait_until(Submission.objects.exists)
    # the connection is gone before the answer was read
    again = send(address, with_key, "the same")
    assert (again.status_code, again.json()["id"]) == (200, Submission.objects.get().pk)
    assert new_files() == {Submission.objects.get().file.name}


def test_a_server_killed_before_its_answer_arrives_has_one_submission_after_the_next_try(
    serve, headers, new_files
):
    server, address = serve()
    with_key = headers | {"Idempotency-Key": "run-1"}
    with connect(address) as connection:
        connection.sendall(raw_request(address, with_key, "the same"))
        wait_until(Submission.objects.exists)
        server.kill()
    _, address = serve(int(address.rpartition(":")[2]))
    again = send(address, with_key, "the same")
    assert (again.status_code, again.json()["id"]) == (200, Submission.objects.get().pk)
    assert new_files() == {Submission.objects.get().file.name}
