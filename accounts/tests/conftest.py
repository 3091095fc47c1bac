"""What the tests of accounts need beside the people of the top `conftest`."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_attempts_counted() -> None:
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def no_verification(settings) -> None:
    """A site where e-mail addresses are not confirmed (EMAIL_VERIFICATION=off)."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


@pytest.fixture
def link_in(mailoutbox) -> Callable[[str], str]:
    """Give the path of the link that the newest mail holds, after checking whom it went to."""

    def find(address: str) -> str:
        assert mailoutbox[-1].to == [address]
        [path] = re.findall(r"http://testserver(/accounts/\S+)", mailoutbox[-1].body)
        return path

    return find
