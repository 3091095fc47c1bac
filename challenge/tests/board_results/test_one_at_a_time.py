"""Readers that come while their process makes a result for another reader."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, RLock

import pytest
from django.db import connection

from challenge.leaderboard import store
from challenge.leaderboard.store import Result
from challenge.models import BoardRevision
from challenge.tests.processes import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)

#: Seconds that a reader waits, where a test waits for the end of it.
MOMENT = 0.02


@pytest.fixture
def wait_a_moment(settings):
    settings.BOARD_QUICK_SECONDS = settings.BOARD_FIRST_SECONDS = MOMENT


@contextmanager
def being_made(result: Result, go_on: Event):
    """Let another reader make the result, until told to go on."""
    started = Event()

    def make(parameters: object) -> str:
        started.set()
        assert go_on.wait(30)
        return "new"

    with ThreadPoolExecutor() as pool:
        maker = pool.submit(reader(replace(result, make=make)))
        try:
            assert started.wait(30)
            yield
        finally:
            go_on.set()
        assert maker.result(30) == "new"


def reader(result: Result) -> Callable[[], object]:
    def read() -> object:
        try:
            return result.value({}, "not made yet")
        finally:
            connection.close()

    return read


def test_others_do_not_make_it_too(make, woken, wait_a_moment):
    result = Result("test", make)
    result.get({})
    BoardRevision.advance()
    with being_made(result, Event()):
        assert in_parallel([reader(result)] * 3) == ["made 1"] * 3
    assert result.get({}).value == "new"
    assert make.call_count == 1


def test_readers_of_other_results_get_what_there_is(make, woken, wait_a_moment):
    known, new = Result("known", make), Result("new", make)
    known.get({})
    BoardRevision.advance()
    with being_made(Result("test", make), Event()):
        assert in_parallel([reader(known), reader(new)]) == ["made 1", "not made yet"]
    assert known.get({}).value == "made 2"
    assert new.get({}).value == "made 3"


class NotingLock:
    """A lock for one thread at a time, which notes that another one waits for it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self.is_awaited = Event()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if blocking:
            self.is_awaited.set()
        return self._lock.acquire(blocking, timeout)

    def release(self) -> None:
        self._lock.release()


def test_a_reader_who_has_waited_gets_what_the_other_one_made(make, monkeypatch):
    result, go_on, lock = Result("test", make), Event(), NotingLock()
    monkeypatch.setattr(store, "_one_at_a_time", lock)
    with being_made(result, go_on), ThreadPoolExecutor() as pool:
        waiting = pool.submit(reader(result))
        assert lock.is_awaited.wait(30)
        go_on.set()
        assert waiting.result(30) == "new"
    assert not make.called


def test_a_result_may_be_made_from_others(make):
    basis = Result("basis", make)
    assert (
        Result("test", lambda parameters: f"{basis.get({}).value} in turn").get({}).value == "made 1 in turn"
    )


def test_after_a_fault_others_are_made(make):
    def fail(parameters: object) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Result("broken", fail).get({})
    assert in_parallel([reader(Result("test", make))]) == ["made 1"]
