"""Cache of results that readers compose themselves: of too many kinds to keep and renew them all (`store`)."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from challenge.leaderboard.store import state_of_the_site

T = TypeVar("T")

#: Time after which the cache forgets a result.
SECONDS = 600


def cached(make: Callable[[], T], *about: object) -> T:
    """Return the result of `make` for the current state of the leaderboard; `about` is its cache key."""
    if not settings.BOARD_RESULTS_ARE_KEPT:
        return make()
    # read the state first: a result may then be newer than its state (and is computed again), never older
    name = repr((state_of_the_site(), *about))
    key = f"board:{sha256(name.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, SECONDS)
    return found
