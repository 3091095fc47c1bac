"""The time of a registration does not tell whether an address is taken."""

import time
from statistics import median

import pytest
from django.contrib.auth import hashers
from django.test import Client

from accounts.models import Team
from conftest import PASSWORD

URL = "/accounts/signup/"
SAMPLES = 40


def register(name: str, email: str):
    form = {"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return Client().post(URL, form)


@pytest.mark.parametrize("email", ["alpha@example.org", "free@example.org"])
def test_each_registration_hashes_the_password_once(team, monkeypatch, email):
    hashed = []
    encode = hashers.MD5PasswordHasher.encode

    def count(hasher, password, salt):
        hashed.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", count)
    assert register("Newcomers", email).status_code == 302
    assert hashed == [PASSWORD]


@pytest.mark.slow
def test_the_times_cannot_be_distinguished(settings, team):
    """The rank-sum statistic of 40 taken and 40 free addresses, in turns, is what chance gives (p > 0.001)."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    times: dict[str, list[float]] = {"taken": [], "free": []}
    for number in range(SAMPLES + 2):
        for kind, email in (("taken", team.email), ("free", f"free{number}@example.org")):
            start = time.perf_counter()
            assert register(f"Newcomers {kind} {number}", email).status_code == 302
            times[kind].append(time.perf_counter() - start)
    taken, free = times["taken"][2:], times["free"][2:]  # the first ones load modules
    higher = sum(t > f for t in taken for f in free) / SAMPLES**2
    spread = ((2 * SAMPLES + 1) / (12 * SAMPLES**2)) ** 0.5
    about = f"median of taken {median(taken) * 1000:.1f} ms, of free {median(free) * 1000:.1f} ms"
    print(about)  # noqa: T201 - the figures of docs/operations.md
    assert abs(higher - 0.5) < 3.29 * spread, about
    assert Team.objects.count() == SAMPLES + 3
