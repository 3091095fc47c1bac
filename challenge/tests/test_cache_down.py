"""Pages and limits while the cache is down: the database takes its place."""

import logging

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import CacheRow
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def down(settings):
    """A cache in a Redis that nobody runs."""
    settings.CACHES = {
        "default": {
            "BACKEND": "bigsite.caches.TolerantRedisCache",
            "LOCATION": "redis://127.0.0.1:1/1",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    settings.BOARD_RESULTS_ARE_KEPT = True


def test_the_database_takes_its_place(caplog):
    with caplog.at_level(logging.ERROR):
        cache.set("one", 1, 60)
        assert cache.get("one") == 1
        assert cache.get("two", "nothing") == "nothing"
        assert cache.add("lock", True)
        assert not cache.add("lock", True)
        assert cache.incr("one") == 2
        assert cache.touch("one")
        assert "one" in cache
        cache.set_many({"two": 2})
        assert cache.get_many(["one", "two", "three"]) == {"one": 2, "two": 2}
        assert cache.delete("one")
        cache.delete_many(["two"])
        assert cache.get("two") is None
        cache.clear()
        assert CacheRow.objects.count() == 0
        with pytest.raises(ValueError, match="not found"):
            cache.incr("one")
    assert caplog.text.count("The cache does not answer") == 1, "it is not asked again at once"


def test_limits_on_guessing_hold(client, team, confirmed):
    confirmed(team)
    for _ in range(5):
        client.post(reverse("account_login"), {"login": team.name, "password": "wrong"})
    page = client.post(reverse("account_login"), {"login": team.name, "password": PASSWORD})
    assert "Too many failed attempts." in page.text


@pytest.mark.parametrize("name", ["home", "leaderboard", "compare", "metrics", "account_signup"])
def test_pages_are_there(client, name):
    assert client.get(reverse(name)).status_code == 200


def test_teams_log_in(client, team, confirmed):
    confirmed(team)
    response = client.post(reverse("account_login"), {"login": team.name, "password": PASSWORD})
    assert response.status_code == 302
    assert client.get(reverse("profile")).status_code == 200
