"""Fixtures of the accounts' tests, in addition to the top-level `conftest`."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_attempts_counted() -> None:
    """Clear the counters of the rate limits, because the cache outlives a test."""
    cache.clear()


@pytest.fixture
def no_verification(settings) -> None:
    """A site where e-mail addresses are not confirmed (EMAIL_VERIFICATION=off)."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


@pytest.fixture
def link_in(mailoutbox) -> Callable[[str], str]:
    """Return a function that gives the path of the link in the newest mail, after checking the recipient."""

    def find(address: str) -> str:
        assert mailoutbox[-1].to == [address]
        [path] = re.findall(r"http://testserver(/accounts/\S+)", mailoutbox[-1].body)
        return path

    return find
