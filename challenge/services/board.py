"""Invalidation of results computed from the leaderboard."""

from django.db import transaction

from challenge.models import BoardRevision


def board_changed() -> None:
    """Invalidate everything computed from the leaderboard, once the change is committed.

    Every service that changes the content of the leaderboard calls it after its writes.
    """
    transaction.on_commit(BoardRevision.advance)
