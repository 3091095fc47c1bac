"""Changes of the leaderboard."""

from challenge.models import BoardRevision
from challenge.services import queue


def board_changed() -> None:
    """Make everything computed from the leaderboard out of date, in the transaction of the change, and have it renewed.

    Every service that changes the content of the leaderboard calls it after its writes: all of them then lock the
    revision last, so that they cannot wait for each other in a circle.
    """
    BoardRevision.advance()
    queue.enqueue_refresh()
