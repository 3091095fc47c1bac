"""Messages to renew the board: one waits at a time, and a change during a renewal sends another one."""

import pytest
from django.core.cache import cache

from challenge.leaderboard import store
from challenge.services import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """Messages that were sent."""
    messages: list[str] = []
    monkeypatch.setattr(queue, "_send", lambda task, **options: messages.append(task))
    cache.clear()
    return messages


def change(capture) -> None:
    with capture(execute=True):
        queue.enqueue_refresh()


def test_many_changes_send_one_message(sent, django_capture_on_commit_callbacks):
    for _ in range(3):
        change(django_capture_on_commit_callbacks)
    assert sent == ["challenge.tasks.refresh_board"]


def test_a_change_after_a_renewal_began_sends_another(sent, django_capture_on_commit_callbacks):
    change(django_capture_on_commit_callbacks)
    store.refresh([])
    change(django_capture_on_commit_callbacks)
    assert len(sent) == 2
