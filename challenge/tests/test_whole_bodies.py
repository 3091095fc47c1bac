"""Requests that end before their body is complete: nothing is read from them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from bigsite.whole_body import WholeBody, with_whole_bodies
from bigsite.wsgi import application
from challenge.models import Submission

BODY = b"first\nsecond\nthird"


def read_all(body: WholeBody) -> bytes:
    pieces = []
    while piece := body.read(4):
        pieces.append(piece)
    return b"".join(pieces)


def test_a_whole_body_is_read_as_it_is():
    assert read_all(WholeBody(io.BytesIO(BODY), len(BODY))) == BODY
    assert WholeBody(io.BytesIO(BODY), len(BODY)).read() == BODY
    by_line = WholeBody(io.BytesIO(BODY), len(BODY))
    assert [by_line.readline() for _ in range(4)] == [b"first\n", b"second\n", b"third", b""]


def test_a_body_that_ends_early_is_an_error():
    with pytest.raises(OSError, match="2 bytes before the end"):
        read_all(WholeBody(io.BytesIO(BODY), len(BODY) + 2))


def test_reading_nothing_is_no_end():
    assert WholeBody(io.BytesIO(BODY), len(BODY)).read(0) == b""


@pytest.mark.parametrize("behind_proxy", [True, False])
def test_behind_a_proxy_the_rest_of_a_refused_body_is_discarded_after_the_answer(behind_proxy):
    stream = io.BytesIO(BODY)
    refusing = with_whole_bodies(lambda environ, start_response: [b"refused"], behind_proxy=behind_proxy)
    answer: Any = refusing({"CONTENT_LENGTH": str(len(BODY)), "wsgi.input": stream}, lambda *args: None)
    assert b"".join(answer) == b"refused"
    assert stream.tell() == 0, "not before the answer is sent"
    if behind_proxy:
        answer.close()
    assert stream.tell() == (len(BODY) if behind_proxy else 0)


def test_a_body_that_ends_early_is_discarded_without_an_error():
    WholeBody(io.BytesIO(BODY), len(BODY) + 2).discard()


@contextmanager
def connection_stays_open() -> Iterator[None]:
    """Keep requests of the application from closing the connection, with the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def post(cookies: str, body: bytes, length: int) -> str:
    """Send a body to the application as gunicorn does; return the status."""
    statuses: list[str] = []

    def start_response(status: str, headers: object, *_: object) -> None:
        statuses.append(status)

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/profile/",
        "CONTENT_TYPE": MULTIPART_CONTENT,
        "CONTENT_LENGTH": str(length),
        "HTTP_COOKIE": cookies,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    with connection_stays_open():
        response: Any = application(environ, start_response)
        response.close()
    return statuses[0]


@pytest.mark.parametrize("missing", [1, 20, 200, 4500])
def test_a_form_without_its_end_submits_nothing(as_user, team, ground_truth, missing):
    """The file and all required fields have arrived in most of these cases."""
    client = as_user(team)
    client.get("/profile/")
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
    fields = {
        "csrfmiddlewaretoken": client.cookies["csrftoken"].value,
        "upload": SimpleUploadedFile("predictions.csv", b"x" * 4000),
        "resolution": 28,
        "model_name": "ResNet",
        "description": "Trained with care.",
        "special_methods": "An ensemble of " + "many " * 35,
    }
    body = encode_multipart(BOUNDARY, fields)
    assert post(cookies, body[:-missing], len(body)).startswith("403 ")
    assert not Submission.objects.exists()
    assert post(cookies, body, len(body)).startswith("302 ")
    assert Submission.objects.get().special_methods
