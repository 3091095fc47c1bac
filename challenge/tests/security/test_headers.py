"""Security headers of every response, and pages that need nothing that the policy forbids."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from challenge.tests.pages import elements
from challenge.tests.security.policy import check_the_policy

PAGES = [
    *(
        "/",
        "/challenge/",
        "/challenge/design/",
        "/privacy/",
        "/format/",
        "/leaderboard/",
        "/profile/",
        "/profile/submissions/",
        "/submissions/{pk}/",
        "/submissions/{pk}/result/",
    ),
    *(
        "/submissions/{pk}/file/",
        "/nothing-here/",
        "/submissions/0/",
        "/accounts/login/",
        "/accounts/signup/",
    ),
    *("/accounts/email/", "/accounts/password/reset/", "/accounts/delete/", "/admin/", "/admin/login/"),
    *(
        "/admin/challenge/submission/",
        "/admin/challenge/submission/{pk}/change/",
        "/admin/accounts/team/add/",
    ),
    "/admin/jsi18n/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_the_headers(page, submission, viewers):
    for viewer, client in viewers.items():
        response = client.get(page.format(pk=submission.pk))
        about = f"{page} for the {viewer}: {response.status_code}"
        assert response["X-Frame-Options"] == "DENY", about
        assert response["X-Content-Type-Options"] == "nosniff", about
        assert response["Referrer-Policy"] == "same-origin", about
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", about
        assert response["Cross-Origin-Resource-Policy"] == "same-origin", about
        assert {"camera=()", "microphone=()", "publickey-credentials-get=(self)"} <= {
            *response["Permissions-Policy"].split(", ")
        }, about
        check_the_policy(response["Content-Security-Policy"])


@pytest.mark.django_db
def test_errors_carry_them_too(client, monkeypatch, settings):
    """Refused hosts, forms without a token, and pages with a server error."""
    settings.ALLOWED_HOSTS = ["testserver"]
    refused = Client().get("/", headers={"host": "evil.example.org"})
    no_token = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    monkeypatch.setattr("challenge.views.leaderboard.Filters.from_query", lambda query: 1 / 0)
    client.raise_request_exception = False
    broken = client.get("/leaderboard/")
    assert [r.status_code for r in (refused, no_token, broken)] == [400, 403, 500]
    for response in (refused, no_token, broken):
        check_the_policy(response["Content-Security-Policy"])
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_errors_tell_nothing_of_the_server(client, monkeypatch):
    monkeypatch.setattr(
        "challenge.views.leaderboard.Filters.from_query",
        lambda query: Path("/nonexistent/canary").read_text(),
    )
    client.raise_request_exception = False
    pages = [client.get("/leaderboard/"), client.get("/nothing-here/"), client.get("/published/1/")]
    for response in pages:
        text = response.content.decode()
        for secret in (
            "canary",
            "Traceback",
            "Exception",
            str(django_settings.BASE_DIR),
            "site-packages",
            "urlpatterns",
        ):
            assert secret not in text


@pytest.mark.django_db
def test_pages_have_no_inline_script_or_style(submission, viewers):
    """The policy forbids inline scripts and styles: they would fail silently."""
    for page in PAGES:
        for client in viewers.values():
            response = client.get(page.format(pk=submission.pk))
            if not response["Content-Type"].startswith("text/html") or page.startswith("/admin"):
                continue
            text = response.content.decode()
            assert "javascript:" not in text, page
            inline = elements(text, 'style, [style], script:not([src], [type="application/json"])')
            assert not inline, (page, [one.html for one in inline])
            handlers = [
                name for one in elements(text, "*") for name in one.attributes if name.startswith("on")
            ]
            assert not handlers, (page, handlers)


def test_cookies(client, team):
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "Team Alpha", "password": "correct horse battery staple"})
    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert csrf["samesite"] == "Lax"
    assert not session["domain"]
    assert session["path"] == "/"
