"""Telling that the leaderboard has changed."""

from django.db import transaction

from challenge.models import BoardRevision


def board_changed() -> None:
    """Make everything that was computed from the leaderboard out of date, once the change is committed.

    Every service that changes something that the leaderboard shows calls it, after its writes.
    """
    transaction.on_commit(BoardRevision.advance)
