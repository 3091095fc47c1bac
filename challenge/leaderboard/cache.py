"""What is computed from the leaderboard, kept until the leaderboard changes.

Ranks depend on all entries at once, so that any change makes all of them out of date. Signals of the models that the
leaderboard shows advance its revision once their transaction has committed; what was kept under an older one is not
found any more. A change that signals do not see (`bulk_create`, `update`) is seen after a minute.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from accounts.models import Team
from challenge.models import (
    BoardRevision,
    Evaluation,
    GroundTruth,
    MethodGroup,
    PublishedMethod,
    PublishedScore,
    Submission,
    Uncertainty,
)

SHOWN = (
    Evaluation,
    GroundTruth,
    MethodGroup,
    PublishedMethod,
    PublishedScore,
    Submission,
    Team,
    Uncertainty,
)

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


def advance_on_commit(
    instance: Model, created: bool = False, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    """Make what is kept out of date, once the change is there for others to see."""
    if (created and not _is_shown(instance)) or update_fields == {"last_login"}:
        return
    transaction.on_commit(BoardRevision.advance)


def _is_shown(new: Model) -> bool:
    """Whether a new row is on the leaderboard at once: what is uploaded comes there with its scores."""
    match new:
        case Team() | Submission():
            return False
        case Evaluation():
            return new.scored_at is not None
        case Uncertainty():
            return new.status == Uncertainty.Status.DONE
    return True


def connect() -> None:
    """Watch the models whose rows the leaderboard shows."""
    for model in SHOWN:
        for signal in (post_save, post_delete):
            signal.connect(advance_on_commit, sender=model, dispatch_uid=f"board {model.__name__}")
