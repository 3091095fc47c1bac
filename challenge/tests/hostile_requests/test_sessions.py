"""Sessions that were tampered with or have ended, and tokens of other sessions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart

from challenge.models import Submission
from challenge.tests.hostile_requests.by_hand import ABOUT, PAGES, PROFILE, send


@pytest.mark.parametrize("page", PAGES[:4])
def test_a_session_that_was_tampered_with_is_no_session(page, client, organizer, as_user):
    real = as_user(organizer).cookies["sessionid"].value
    forged = [
        "",
        "x",
        "A" * 5000,
        real[:-1],
        real + "x",
        "../../etc/passwd",
        "\x00",
    ]
    # Not included: the real key in another case, or followed by a NUL byte. MariaDB's usual collations treat these
    # as the same key, and anybody who can write them knows the key.
    assert Client(headers={"cookie": f"sessionid={real}"}).get("/admin/").status_code == 200
    for value in forged:
        # As a header, not as a cookie of the client: newer versions of Python refuse to write control characters.
        visitor = Client(headers={"cookie": f"sessionid={value}"})
        response = visitor.get(page)
        assert response.status_code in (200, 302)
        assert b"Chair" not in response.content
        assert visitor.get("/admin/").status_code == 302


def test_a_session_ends_with_the_password(team, client):
    assert client.get(PROFILE).status_code == 200
    team.set_password("another horse battery staple")
    team.save()
    assert client.get(PROFILE).status_code == 302


def test_a_session_ends_with_the_logout(client):
    key = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get(PROFILE).status_code == 302


def test_a_session_is_a_new_one_after_the_login(team, db):
    team.replace_email("alpha@example.org", verified=True)
    visitor = Client()
    session = visitor.session
    session.save()
    visitor.cookies["sessionid"] = str(session.session_key)
    visitor.post("/accounts/login/", {"login": "Team Alpha", "password": "correct horse battery staple"})
    assert visitor.get(PROFILE).status_code == 200
    assert visitor.cookies["sessionid"].value != session.session_key


def test_a_token_of_another_session_is_refused(team, as_user):
    """The token is bound to the cookie of one browser."""
    visitor = Client(enforce_csrf_checks=True)
    visitor.force_login(team)
    stranger = Client()
    stranger.get("/accounts/login/")
    body = encode_multipart(
        BOUNDARY,
        ABOUT
        | {
            "csrfmiddlewaretoken": stranger.cookies["csrftoken"].value,
            "upload": SimpleUploadedFile("x.csv", b"x"),
        },
    )
    assert send(visitor, body).status_code == 403
    assert not Submission.objects.exists()
