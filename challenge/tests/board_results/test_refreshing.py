"""Renewal of kept results by the worker."""

from datetime import timedelta
from unittest.mock import Mock

import pytest

from challenge.leaderboard import store
from challenge.leaderboard.store import KEPT_DAYS, Result
from challenge.models import BoardResult, BoardRevision, today
from challenge.services.board import board_changed
from challenge.tests.board_results.conftest import QUICK, slow

pytestmark = pytest.mark.django_db(transaction=True)


def test_results_without_readers_are_not_renewed_and_later_removed(make):
    result = Result("test", make)
    result.get({"metric": "auc"})
    result.get({"metric": "accuracy"})
    BoardResult.objects.filter(name="test?metric=auc").update(asked_on=today() - timedelta(days=2))
    BoardRevision.advance()
    store.refresh([result])
    assert make.call_count == 3
    BoardResult.objects.filter(name="test?metric=auc").update(
        asked_on=today() - KEPT_DAYS - timedelta(days=1)
    )
    store.refresh([result])
    assert BoardResult.objects.get().name == "test?metric=accuracy"


def test_a_long_refresh_hands_the_rest_to_the_next_one(make, woken, monkeypatch):
    result = Result("test", make)
    result.get({"metric": "auc"})
    result.get({"metric": "accuracy"})
    BoardRevision.advance()
    assert store.is_outdated([result])
    monkeypatch.setattr(store, "REFRESH_SECONDS", -1)
    store.refresh([result])
    assert make.call_count == 2
    assert woken.call_count == 1
    monkeypatch.undo()
    store.refresh([result])
    assert make.call_count == 4
    assert not store.is_outdated([result])


def test_usual_results_of_a_slow_kind_are_made_before_anybody_asks(make, woken):
    result = Result("test", make, usual=lambda: [{"metric": "auc"}, {"metric": "accuracy"}])
    result.get({"metric": "auc"})
    store.refresh([result])
    assert make.call_count == 1  # a quick kind is made when somebody asks
    slow(result)
    store.refresh([result])
    assert result.get({"metric": "accuracy"}).value == "made 2"
    assert make.call_count == 2


def test_usual_results_that_nobody_reads_are_not_renewed(make, woken):
    result = Result("test", make, usual=lambda: [{"metric": "auc"}, {"metric": "accuracy"}])
    result.get({"metric": "auc"})
    slow(result)
    store.refresh([result])
    board_changed()
    store.refresh([result])
    assert make.call_count == 3
    assert result.get({"metric": "auc"}).is_current
    assert BoardResult.objects.get(name="test?metric=accuracy").seconds < QUICK
    assert not store.is_outdated([result])


def test_each_result_has_its_turn_while_the_board_changes_all_the_time(woken, monkeypatch):
    made: list[str] = []

    def kind(name: str, *, is_basis: bool = False) -> Result:
        return Result(name, lambda query: made.append(f"{name} {query.get('metric', '')}"), is_basis=is_basis)

    basis, result = kind("lines", is_basis=True), kind("test")
    basis.get({})
    for metric in ("a", "b", "c"):
        result.get({"metric": metric})
    del made[:]
    clock = iter(range(1000))
    monkeypatch.setattr(store, "time", Mock(monotonic=lambda: next(clock), perf_counter=lambda: 0))
    monkeypatch.setattr(store, "REFRESH_SECONDS", 2)  # two results in each refresh
    for _ in range(4):
        board_changed()
        store.refresh([basis, result])
    assert made == ["lines ", "test a", "lines ", "test b", "lines ", "test c", "lines ", "test a"]


def test_results_of_a_kind_that_is_gone_are_removed(make):
    Result("earlier", make).get({})
    store.refresh([Result("test", make)])
    assert not BoardResult.objects.exists()
