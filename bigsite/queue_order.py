"""Order in which a worker looks into its queues: scores first, and nothing waits forever.

Uploads and mails come first. Intervals that have waited for too long take turns with them. All other work, of the
background, follows when none of these waits, but at least once after each `URGENT_IN_A_ROW` tasks. Renewals of the
leaderboard are the last of the background, but come once after each `OTHERS_IN_A_ROW` of its tasks: each interval
changes the leaderboard, which is not renewed for each of them.
"""

from collections.abc import Callable, Iterable
from queue import Empty
from typing import Any

from kombu.utils.scheduling import FairCycle

BACKGROUND_SUFFIX = "-background"
#: A worker does at most as many tasks of uploads, one after the other, while work of the background waits.
URGENT_IN_A_ROW = 16
#: Queue of renewals of the leaderboard, and the most tasks of the background before one of them.
BOARD_SUFFIX = f"-board{BACKGROUND_SUFFIX}"
OTHERS_IN_A_ROW = 8


class ScoresFirst:
    """Cycle of queues by name, as kombu's transport of Redis uses it (`queue_order_strategy`)."""

    def __init__(self, queues: Iterable[str] = ()) -> None:
        self.queues = list(queues)
        self.urgent_in_a_row = self.others_in_a_row = 0

    def update(self, queues: Iterable[str]) -> None:
        """Take these queues from now on."""
        self.queues = list(queues)

    def consume(self, n: int) -> list[str]:
        """Return the first `n` queues in the order in which to look into them."""
        of_background = self.urgent_in_a_row >= URGENT_IN_A_ROW
        of_board = self.others_in_a_row >= OTHERS_IN_A_ROW

        def place(queue: str) -> tuple[bool, bool]:
            return _is_background(queue) is not of_background, _is_board(queue) is not of_board

        return sorted(self.queues, key=place)[:n]

    def rotate(self, last_used: str) -> None:
        """Note that a message of this queue was taken: the other queues of its kind come next."""
        self.urgent_in_a_row = 0 if _is_background(last_used) else self.urgent_in_a_row + 1
        if _is_board(last_used):
            self.others_in_a_row = 0
        elif _is_background(last_used):
            self.others_in_a_row += 1
        self.queues.sort(key=lambda queue: queue == last_used)


class QueueCycle(FairCycle):
    """The same order for a transport that asks one queue after the other."""

    def __init__(self, take: Callable[..., Any], queues: list[str]) -> None:
        super().__init__(take, queues, Empty)
        self.order = ScoresFirst(queues)

    def get(self, callback: Callable[..., Any] | None, **options: Any) -> Any:
        """Take a message of the first queue that has one.

        Raises:
            Empty: no queue has a message.

        """
        for queue in self.order.consume(len(self.resources)):
            try:
                taken = self.fun(queue, callback, **options)
            except Empty:
                continue
            self.order.rotate(queue)
            return taken
        raise Empty


def _is_background(queue: str) -> bool:
    return queue.endswith(BACKGROUND_SUFFIX)


def _is_board(queue: str) -> bool:
    return queue.endswith(BOARD_SUFFIX)
