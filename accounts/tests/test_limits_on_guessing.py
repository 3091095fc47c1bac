"""Limits on log-ins: whose failures count for whom, and where they are counted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client

from accounts.adapter import network_of
from accounts.models import CacheRow
from bigsite import caches
from conftest import PASSWORD

LOCKED = "Too many failed attempts."


def attempt(address: str, password: str):
    form = {"login": "Team Alpha", "password": password}
    return Client(REMOTE_ADDR=address).post("/accounts/login/", form)


def test_a_rival_cannot_lock_a_team_out(team, confirmed):
    confirmed(team)
    for _ in range(5):
        attempt("198.51.100.7", "wrong")
    assert LOCKED in attempt("198.51.100.7", PASSWORD).text
    assert attempt("203.0.113.9", PASSWORD).status_code == 302


def test_a_rival_with_many_addresses_of_one_network_is_one_rival(team, confirmed):
    confirmed(team)
    for number in range(5):
        attempt(f"2001:db8:1:2::{number}", "wrong")
    assert LOCKED in attempt("2001:db8:1:2:ffff::9", "wrong").text
    assert attempt("2001:db8:1:3::1", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_networks(address, network):
    assert network_of(address) == network


@pytest.fixture
def in_the_database(settings):
    settings.CACHES = caches.from_address(
        {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": caches.TABLE}
    )


@pytest.mark.usefixtures("in_the_database")
def test_attempts_are_counted_in_the_database_by_default(team, confirmed):
    confirmed(team)
    for _ in range(5):
        attempt("198.51.100.7", "wrong")
    assert CacheRow.objects.exists()
    assert LOCKED in attempt("198.51.100.7", PASSWORD).text


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_the_database")
def test_attempts_at_the_same_time_are_all_counted(team, confirmed):
    confirmed(team)

    def guess(number: int) -> str:
        try:
            return attempt("198.51.100.7", f"wrong {number}").text
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        pages = list(threads.map(guess, range(16)))
    assert sum("not correct" in page for page in pages) <= 5


@pytest.mark.usefixtures("in_the_database")
def test_a_key_is_added_once_and_expires(db):
    assert cache.add("slot", 1, 60)
    assert not cache.add("slot", 2, 60)
    cache.set("old", 1, -60)
    assert cache.get("old") is None
    CacheRow.objects.filter(cache_key__endswith="slot").update(expires="2020-01-01T00:00Z")
    assert CacheRow.objects.expired().count() >= 1
