"""Results of the leaderboard that are kept: made by one process, read by all, renewed in the background."""

import threading
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from challenge.leaderboard import store
from challenge.leaderboard.results import RESULTS
from challenge.leaderboard.store import KEPT_DAYS, PATIENCE, NotMadeYetError, Result
from challenge.models import BoardResult, BoardRevision, today
from challenge.services import queue
from challenge.services.board import board_changed
from challenge.tests.pages import page_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)

#: Time of a result that readers do not wait for; those of the tests take a moment.
QUICK, SLOW = 60, 120


@pytest.fixture(autouse=True)
def keep(settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    settings.BOARD_QUICK_SECONDS = QUICK


@pytest.fixture
def woken(monkeypatch) -> Mock:
    """Count the messages to the worker."""
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


def test_a_result_is_made_once_for_each_name_and_each_change(make):
    result = Result("test", make)
    assert {result.get({"metric": "auc"}).value for _ in range(3)} == {"made 1"}
    assert result.get({"metric": "accuracy"}).value == "made 2"
    board_changed()
    assert result.get({"metric": "auc"}) == store.Kept("made 3", result.get({"metric": "auc"}).made_at, True)
    assert make.call_args_list[0].args[0].dict() == {"metric": "auc"}


def test_a_change_that_is_rolled_back_changes_nothing(make):
    result = Result("test", make)
    result.get({})
    with transaction.atomic():
        board_changed()
        transaction.set_rollback(True)
    assert result.get({}).value == "made 1"


def test_readers_of_a_slow_result_get_the_outdated_one_and_wake_the_worker_once(make, woken):
    result = Result("test", make)
    first = result.get({})
    slow(result)
    BoardRevision.advance()
    for _ in range(3):
        assert result.get({}) == store.Kept("made 1", first.made_at, is_current=False)
    assert [call.args[0] for call in woken.call_args_list] == ["challenge.tasks.refresh_board"]
    store.refresh([result])
    assert (result.get({}).value, result.get({}).is_current) == ("made 2", True)
    assert make.call_count == 2


def test_a_slow_kind_is_not_made_while_a_first_reader_waits(make, woken):
    result = Result("test", make)
    result.get({"metric": "auc"})
    slow(result)
    with pytest.raises(NotMadeYetError):
        result.get({"metric": "accuracy"})
    assert result.value({"metric": "accuracy"}, "nothing yet") == "nothing yet"
    assert woken.call_count == 1
    store.refresh([result])
    assert result.get({"metric": "accuracy"}).value == "made 2"


def test_a_reader_makes_what_the_worker_has_not_made_in_time(make, woken):
    result = Result("test", make)
    result.get({})
    slow(result)
    BoardRevision.advance()
    assert not result.get({}).is_current
    BoardResult.objects.update(missed_at=timezone.now() - PATIENCE - timedelta(seconds=1))
    assert result.get({}).value == "made 2"


def test_only_one_of_many_readers_makes_a_result(woken):
    started, go_on = threading.Event(), threading.Event()

    def wait(parameters: object) -> str:
        started.set()
        assert go_on.wait(30)
        return "new"

    result = Result("test", Mock(return_value="old"))
    result.get({})
    BoardRevision.advance()
    make = Mock(side_effect=wait)
    result = Result("test", make)
    found: list[object] = []

    def read() -> None:
        found.append(result.get({}).value)
        connection.close()

    maker = threading.Thread(target=read)
    maker.start()
    assert started.wait(30)
    others = [threading.Thread(target=read) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join(30)
    assert found == ["old"] * 3
    go_on.set()
    maker.join(30)
    assert found[-1] == "new"
    assert make.call_count == 1


def test_a_process_that_died_over_a_result_holds_it_for_its_lease_only(make):
    result = Result("test", make)
    result.get({})
    BoardRevision.advance()
    BoardResult.objects.update(claimed_at=timezone.now())
    assert result.get({}).value == "made 1"
    BoardResult.objects.update(claimed_at=timezone.now() - BoardResult.LEASE - timedelta(seconds=1))
    assert result.get({}).value == "made 2"


def test_a_fault_leaves_the_earlier_result_and_the_next_reader_tries_again():
    result = Result("test", Mock(side_effect=["made 1", ValueError("broken"), "made 2"]))
    result.get({})
    BoardRevision.advance()
    with pytest.raises(ValueError, match="broken"):
        result.get({})
    assert result.get({}).value == "made 2"


def test_a_fault_of_one_result_does_not_stop_the_refresh(make, caplog):
    broken, sound = Result("broken", Mock(side_effect=["made", ValueError])), Result("sound", make)
    broken.get({})
    sound.get({})
    BoardRevision.advance()
    store.refresh([broken, sound])
    assert "broken? was not renewed" in caplog.text
    assert sound.get({}).is_current
    assert make.call_count == 2


def test_a_new_day_and_a_new_version_make_results_outdated(make, monkeypatch):
    result = Result("test", make)
    result.get({})
    monkeypatch.setattr(store, "today", lambda: today() + timedelta(days=1))
    assert result.get({}).value == "made 2"
    monkeypatch.setattr(store, "site_version", lambda: "99.0")
    assert result.get({}).value == "made 3"


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
    assert store.is_outdated()
    monkeypatch.setattr(store, "REFRESH_SECONDS", -1)
    store.refresh([result])
    assert make.call_count == 2
    assert woken.call_count == 1
    monkeypatch.undo()
    store.refresh([result])
    assert make.call_count == 4
    assert not store.is_outdated()


def test_the_page_of_a_new_entry_says_that_its_rank_follows(client, entry, team, other_team, woken):
    """The leaderboard is large, so the worker computes it."""
    entry(team, 0.8)
    client.get(reverse("leaderboard"))
    client.get(entry(team, 0.9).get_absolute_url())
    BoardResult.objects.update(seconds=SLOW)
    new = entry(other_team, 0.7)
    board_changed()
    page = text_of(page_of(client, new.get_absolute_url()))
    assert "the leaderboard is being computed" in page
    assert "A newer one is being computed" in page_of(client, reverse("leaderboard"))
    store.refresh(RESULTS)
    page = text_of(page_of(client, new.get_absolute_url()))
    assert "rank by AUC, of 3 at this resolution" in page
    assert "A newer one is being computed" not in page_of(client, reverse("leaderboard"))


def test_an_installation_makes_all_results_outdated_and_a_result_that_cannot_be_read_is_made_again(
    make, woken
):
    result = Result("test", make)
    result.get({})
    slow(result)
    call_command("migrate", verbosity=0)
    assert (result.get({}).value, result.get({}).is_current) == ("made 1", False)
    BoardResult.objects.update(content=b"of another version", made_at=timezone.now())
    with pytest.raises(NotMadeYetError):
        result.get({})
    store.refresh([result])
    assert (result.get({}).value, result.get({}).is_current) == ("made 2", True)
