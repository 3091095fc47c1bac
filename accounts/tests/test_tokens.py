"""Tokens on the account page: made after a recent log-in, shown once, revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import AccountEvent, ApiToken
from conftest import PASSWORD


def confirm(client):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def make(client, **fields):
    return client.post("/accounts/tokens/new/", {"name": "cluster", "scope": "submit", "days": "90"} | fields)


def test_a_token_is_shown_once_and_only_its_hash_is_stored(as_user, team):
    client = as_user(team)
    confirm(client)
    page = make(client)
    token = ApiToken.objects.get()
    text = next(
        word for word in page.text.replace("<", " ").replace(">", " ").split() if word.startswith("big_")
    )
    assert tokens.find(text) == token
    assert text not in client.get("/accounts/tokens/").text
    assert text not in str(ApiToken.objects.values().get())
    assert token.expires_at
    assert token.expires_at - timezone.now() > timedelta(days=89)
    assert AccountEvent.objects.filter(kind="token", team=team).count() == 1


def test_making_one_needs_a_recent_log_in(as_user, team):
    client = as_user(team)
    response = client.get("/accounts/tokens/new/")
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert make(client).headers["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "a" * 61}, {"scope": "admin"}, {"days": "9999"}])
def test_bad_input_makes_none(fields, as_user, team):
    client = as_user(team)
    confirm(client)
    assert make(client, **fields).status_code == 200
    assert not ApiToken.objects.exists()


def test_only_so_many_work_at_a_time(as_user, team, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 1)
    client = as_user(team)
    confirm(client)
    make(client)
    assert "Revoke one" in make(client).text
    tokens.revoke(ApiToken.objects.get())
    make(client)
    assert ApiToken.objects.count() == 2


def test_a_team_revokes_its_own_tokens_only(as_user, team, other_team):
    token, text = tokens.create(team, name="cluster", scope="read", expires_at=None)
    assert as_user(other_team).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert tokens.find(text)
    page = as_user(team).post(f"/accounts/tokens/{token.pk}/revoke/", follow=True)
    assert "does not work any more" in page.text
    assert tokens.find(text) is None
    assert AccountEvent.objects.filter(kind="token revoked", team=team).count() == 1


def test_the_page_says_when_a_token_was_last_used(as_user, team):
    assert "no token yet" in as_user(team).get("/accounts/tokens/").text
    _, text = tokens.create(team, name="cluster", scope="read", expires_at=None)
    assert "never used" in as_user(team).get("/accounts/tokens/").text
    tokens.find(text)
    assert "last used" in as_user(team).get("/accounts/tokens/").text
