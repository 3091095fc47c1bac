"""A site that keeps its results, and results that look as if they took long."""

from unittest.mock import Mock

import pytest

from challenge.leaderboard.store import Result
from challenge.models import BoardResult
from challenge.services import queue

#: Time of a result that readers do not wait for; those of the tests take a moment.
QUICK, SLOW = 60, 120


@pytest.fixture(autouse=True)
def keep(settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    settings.BOARD_QUICK_SECONDS = settings.BOARD_FIRST_SECONDS = QUICK


@pytest.fixture
def woken(monkeypatch) -> Mock:
    """Count the messages to the worker, none of which waits yet."""
    queue.note_refresh()
    woken = Mock()
    monkeypatch.setattr(queue, "_send", woken)
    return woken


@pytest.fixture
def make() -> Mock:
    """Give "made 1", then "made 2" and so on."""
    return Mock(side_effect=[f"made {number}" for number in range(1, 9)])


def slow(result: Result) -> None:
    """Let the results of a kind look as if they had taken long."""
    BoardResult.objects.filter(name__startswith=f"{result.kind}?").update(seconds=SLOW)
