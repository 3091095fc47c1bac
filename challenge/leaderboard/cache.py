"""Cache of results that readers compose themselves: of too many kinds to keep and renew them all (`store`)."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from challenge.leaderboard.store import state_of_the_site

T = TypeVar("T", str, bytes)

#: Time after which the cache forgets a result.
SECONDS = 600
#: Longest result that is kept. Readers can ask for any number of results, and the cache may be in the database.
LONGEST = 100_000


def cached(make: Callable[[], T], *about: object, is_current: Callable[[], bool]) -> T:
    """Return the result of `make` for the current state of the leaderboard; `about` is its cache key.

    A long result is made again each time, and so is a result made while what it is made from is outdated
    (`is_current`).
    """
    if not settings.BOARD_RESULTS_ARE_KEPT:
        return make()
    # read the state first: a result may then be newer than its state (and is computed again), never older
    name = repr((state_of_the_site(), *about))
    key = f"board:{sha256(name.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        may_keep = is_current()  # before `make`: what it reads then may be newer, never older
        found = make()
        if may_keep and len(found) <= LONGEST:
            cache.set(key, found, SECONDS)
    return found
