"""Pages while the cache is down: none fails."""

import logging

import pytest
from django.core.cache import cache
from django.urls import reverse

from conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def down(settings):
    """A cache in a Redis that nobody runs."""
    settings.CACHES = {
        "default": {
            "BACKEND": "bigsite.cache.TolerantRedisCache",
            "LOCATION": "redis://127.0.0.1:1/1",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    settings.BOARD_RESULTS_ARE_KEPT = True


def test_it_looks_empty_and_forgets_at_once(caplog):
    with caplog.at_level(logging.ERROR):
        cache.set("one", 1)
        assert cache.get("one") is None
        assert cache.get("one", "nothing") == "nothing"
        assert cache.get_or_set("one", 2) == 2
        assert cache.add("lock", True)
        assert not cache.touch("one")
        assert not cache.delete("one")
        assert "one" not in cache
        cache.set_many({"one": 1})
        assert cache.get_many(["one"]) == {}
        cache.delete_many(["one"])
        cache.clear()
        with pytest.raises(ValueError, match="not found"):
            cache.incr("one")
    assert "The cache does not answer (get)" in caplog.text


@pytest.mark.parametrize("name", ["home", "leaderboard", "compare", "metrics", "account_signup"])
def test_pages_are_there(client, name):
    assert client.get(reverse(name)).status_code == 200


def test_teams_log_in(client, team, confirmed):
    confirmed(team)
    response = client.post(reverse("account_login"), {"login": team.name, "password": PASSWORD})
    assert response.status_code == 302
    assert client.get(reverse("profile")).status_code == 200
