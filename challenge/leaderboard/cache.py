"""Cache of results computed from the leaderboard, valid until the leaderboard changes.

All ranks depend on all entries, so any change makes every cached result out of date. Services that change the
leaderboard advance its revision (`services.board`). Results cached under an older revision are not found any more.
If a process dies between its commit and the new revision, the change becomes visible after a minute.

The UTC day is part of every key, because the anonymity of an entry can end at midnight without any change.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from challenge.models import BoardRevision, today

T = TypeVar("T")


def cached(make: Callable[[], T], *about: object) -> T:
    """Return the result of `make` for the current revision of the leaderboard; `about` is its cache key.

    Values that `make` takes from the database, such as the ground truth, belong in `about`: they may be older than
    the revision.
    """
    # read the revision first: a result may then be newer than its revision (and is computed again), never older
    name = repr((BoardRevision.current(), today(), *about))
    key = f"board:{sha256(name.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, settings.BOARD_CACHE_SECONDS)
    return found
