"""Hosts and headers that no browser sends: they are refused, or change nothing."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from challenge.tests.hostile_requests.by_hand import PROFILE

OTHER_HOSTS = [
    *("evil.example.org", "testserver.evil.example.org", "testserver@evil.org", "evil.org\x00testserver"),
    *("a b", "", "127.0.0.1:80:80", "[::1", "x" * 500),
]


@pytest.mark.django_db
@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_other_hosts_are_refused(host, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    for page in ("/", "/leaderboard/", "/nothing-here/", "/accounts/password/reset/"):
        assert Client().get(page, headers={"host": host}).status_code == 400


@pytest.mark.django_db
def test_links_in_mails_do_not_follow_the_host_header(team, settings, mailoutbox):
    settings.ALLOWED_HOSTS = ["*"]
    team.replace_email("alpha@example.org", verified=True)
    visitor = Client(headers={"host": "evil.example.org", "x-forwarded-host": "evil.example.org"})
    visitor.post("/accounts/password/reset/", {"email": "alpha@example.org"})
    (message,) = mailoutbox
    assert "evil.example.org" not in message.body
    assert django_settings.SITE_URL in message.body


HEADERS = {
    "HTTP_COOKIE": "sessionid=\xff; csrftoken=\x01",
    "HTTP_X_FORWARDED_FOR": "' OR 1=1 --",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_ACCEPT_LANGUAGE": "x" * 20_000,
    "HTTP_ACCEPT_ENCODING": "gzip;q=nonsense",
    "HTTP_REFERER": "javascript:alert(1)",
    "HTTP_IF_MODIFIED_SINCE": "yesterday",
    "HTTP_IF_NONE_MATCH": '"',
    "HTTP_RANGE": "bytes=9999999999-",
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_CURRENT_URL": "http://[",
    "HTTP_HX_TRIGGERING_EVENT": "{not json",
    "HTTP_USER_AGENT": "\x00" * 100,
    "HTTP_X_REQUESTED_WITH": "XMLHttpRequest",
}


@pytest.mark.parametrize("header", HEADERS)
def test_odd_headers(header, client, db):
    for page in ("/", "/leaderboard/", PROFILE, "/accounts/login/", "/static/css/site.css"):
        for visitor in (client, Client()):
            response = visitor.get(page, **{header: HEADERS[header]})  # type: ignore[arg-type]
            assert response.status_code in (200, 302, 401, 404)
