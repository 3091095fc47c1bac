"""Address for people who found a weakness (RFC 9116)."""

from datetime import UTC, datetime

import pytest

ADDRESS = "/.well-known/security.txt"


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


@pytest.mark.django_db
def test_it_has_the_fields_that_the_standard_asks_for(client, settings):
    settings.CONTACT_EMAIL, settings.SITE_URL = "big@uni.edu", "https://big.uni.edu"
    response = client.get(ADDRESS)
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    found = fields(response.text)
    assert found["Contact"] == "mailto:big@uni.edu"
    assert found["Canonical"] == f"https://big.uni.edu{ADDRESS}"
    left = datetime.strptime(found["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - datetime.now(UTC)
    assert 100 < left.days < 365, "less than a year is recommended"


@pytest.mark.django_db
def test_without_an_address_it_names_the_page_that_has_one(client, settings):
    settings.CONTACT_EMAIL = ""
    assert fields(client.get(ADDRESS).text)["Contact"] == "http://testserver/about/"


@pytest.mark.django_db
def test_nothing_is_sent_to_it(client):
    assert client.post(ADDRESS).status_code == 405
