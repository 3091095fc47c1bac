"""What is computed from the leaderboard, kept until the leaderboard changes.

Ranks depend on all entries at once, so that any change makes all of them out of date. Services that change something
that the leaderboard shows advance its revision (`services.board`); results kept under an older revision are not found
any more. If a process dies between its commit and the revision, the change is seen after a minute.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from challenge.models import BoardRevision

T = TypeVar("T")


def cached(make: Callable[[], T], *about: object) -> T:
    """Return what `make` returns for this state of the leaderboard; `about` tells it from everything else kept.

    What `make` was given from the database, such as the ground truth, belongs to `about`: it may be older than
    the state.
    """
    # read before anything is computed: what is newer than its number is computed once more, never the reverse
    name = repr((BoardRevision.current(), *about))
    key = f"board:{sha256(name.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, settings.BOARD_CACHE_SECONDS)
    return found
