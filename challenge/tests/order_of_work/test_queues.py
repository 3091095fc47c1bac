"""Order of the queues: uploads first, overdue intervals in turns with them, the background at least now and then."""

from queue import Empty

import pytest

from bigsite.queue_order import OTHERS_IN_A_ROW, URGENT_IN_A_ROW, QueueCycle, ScoresFirst

QUEUES = ["big-background", "big", "big-overdue"]


def work_off(waiting: dict[str, int]) -> list[str]:
    """Take all messages as a worker does; return the queues that they came from."""

    def take(queue: str, callback: object) -> str:
        if not waiting[queue]:
            raise Empty
        waiting[queue] -= 1
        return queue

    cycle = QueueCycle(take, [*waiting])
    return [cycle.get(print) for _ in range(sum(waiting.values()))]


def test_uploads_come_before_the_background():
    assert work_off({"big-background": 2, "big": 3, "big-overdue": 0}) == ["big"] * 3 + ["big-background"] * 2


def test_overdue_work_takes_turns_with_uploads():
    taken = work_off({"big-background": 1, "big": 2, "big-overdue": 2})
    assert taken == ["big", "big-overdue", "big", "big-overdue", "big-background"]


def test_the_background_is_never_forgotten():
    taken = work_off({"big-background": 3, "big": 3 * URGENT_IN_A_ROW, "big-overdue": 0})
    assert taken == (["big"] * URGENT_IN_A_ROW + ["big-background"]) * 3


def test_the_board_is_renewed_last_but_waits_for_a_few_tasks_of_the_background_only():
    taken = work_off(
        {"big-board-background": 2, "big-background": 2 * OTHERS_IN_A_ROW + 3, "big": 1, "big-overdue": 0}
    )
    others = ["big-background"] * OTHERS_IN_A_ROW
    assert taken == ["big", *[*others, "big-board-background"] * 2, *["big-background"] * 3]
    assert work_off({"big-board-background": 1, "big-background": 2}) == ["big-background"] * 2 + [
        "big-board-background"
    ]


def test_the_board_is_renewed_while_uploads_and_other_work_wait():
    waiting = {"big": 40 * URGENT_IN_A_ROW, "big-background": 40, "big-board-background": 2}
    taken = work_off(waiting)
    background = [queue for queue in taken if queue != "big"]
    assert background.index("big-board-background") == OTHERS_IN_A_ROW
    assert taken[: URGENT_IN_A_ROW + 1] == ["big"] * URGENT_IN_A_ROW + ["big-background"]


def test_no_message_at_all():
    def take(queue: str, callback: object) -> None:
        raise Empty

    with pytest.raises(Empty):
        QueueCycle(take, QUEUES).get(print)


def test_a_message_of_a_queue_that_was_cancelled():
    order = ScoresFirst()
    order.update(QUEUES)
    order.rotate("another")
    assert order.consume(3) == ["big", "big-overdue", "big-background"]
