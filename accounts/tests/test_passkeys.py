"""Passkeys: who may add them, and answers that no browser gives."""

import pytest
from django.test import Client

from accounts.models import AccountEvent
from accounts.tests.factors import with_second_factor
from conftest import PASSWORD

PASSKEYS = "/accounts/second-factor/webauthn/"
STEP = "/accounts/second-factor/authenticate/"

NONSENSE = [
    *("", "x", "null", "1", "[]", "{}", '"text"', '{"id": 1}', '{"id": "a", "rawId": "a", "response": {}}'),
    *(
        '{"response": {"userHandle": 7}}',
        '{"id": "____", "rawId": "!!", "type": "public-key", "response": {"a": 1}}',
    ),
    '{"rawId": "aaaa", "response": {"clientDataJSON": "eyJ9", "attestationObject": "aaaa"}}',
    '{"rawId":"aaaa","response":{"clientDataJSON":"e30","authenticatorData":"aaaa","signature":"aaaa"}}',
    "[" * 20_000,
    '{"a":' * 20_000,
]


def confirm(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def test_adding_one_needs_the_password_again(as_user, team):
    client = as_user(team)
    assert client.get(f"{PASSKEYS}add/").url.startswith("/accounts/reauthenticate/")
    confirm(client)
    page = client.get(f"{PASSKEYS}add/").text
    assert "passkey-data" in page
    assert "BIG benchmark" in page


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_adds_none(as_user, team, credential):
    client = as_user(team)
    confirm(client)
    client.get(f"{PASSKEYS}add/")
    response = client.post(f"{PASSKEYS}add/", {"name": "x", "credential": credential})
    assert response.status_code == 200
    assert not team.authenticator_set.exists()


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_opens_nothing(client, organizer, credential):
    with_second_factor(organizer)
    client.post("/accounts/login/", {"login": "Chair", "password": PASSWORD})
    client.get(STEP)
    assert client.post(STEP, {"credential": credential}).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_failures_count_and_are_logged(client, organizer):
    with_second_factor(organizer)
    client.post("/accounts/login/", {"login": "Chair", "password": PASSWORD})
    pages = [client.post(STEP, {"credential": '{"id": "a"}'}).text for _ in range(6)]
    assert "The passkey was not accepted." in pages[0] or "Use a passkey" not in pages[0]
    assert AccountEvent.objects.filter(kind=AccountEvent.Kind.CODE_FAILED).exists()


def test_others_passkeys_are_out_of_reach(as_user, team, other_team):
    client = as_user(team)
    confirm(client)
    theirs = other_team.authenticator_set.create(type="webauthn", data={"name": "Theirs", "credential": {}})
    for address in ("edit", "remove"):
        assert client.get(f"{PASSKEYS}keys/{theirs.pk}/{address}/").status_code == 404
        assert client.post(f"{PASSKEYS}keys/{theirs.pk}/{address}/", {"name": "Mine"}).status_code == 404
    assert other_team.authenticator_set.exists()
