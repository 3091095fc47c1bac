"""Readers of kept results: made by one process, read by all."""

import pickle
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from challenge.leaderboard import store
from challenge.leaderboard.results import RESULTS
from challenge.leaderboard.store import PATIENCE, RENEWED_DAYS, NotMadeYetError, Result
from challenge.models import BoardResult, BoardRevision, Sweep, today
from challenge.services.board import board_changed
from challenge.tests.board_results.conftest import SLOW, slow
from challenge.tests.pages import page_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_readers_of_a_slow_result_get_the_outdated_one_and_only_the_change_wakes_the_worker(make, woken):
    result = Result("test", make)
    first = result.get({})
    slow(result)
    board_changed()
    for _ in range(3):
        assert result.get({}) == store.Kept("made 1", first.made_at, is_current=False)
    assert [call.args[0] for call in woken.call_args_list] == ["challenge.tasks.refresh_board"]
    assert woken.call_args.kwargs["queue"].endswith("-board-background"), "not behind thousands of scorings"
    store.refresh([result])
    assert (result.get({}).value, result.get({}).is_current) == ("made 2", True)
    assert make.call_count == 2


def test_a_reader_of_a_result_that_nobody_read_lately_wakes_the_worker_once(make, woken):
    result = Result("test", make)
    result.get({})
    slow(result)
    BoardResult.objects.update(asked_on=today() - RENEWED_DAYS - timedelta(days=1))
    BoardRevision.advance()
    assert [result.get({}).is_current for _ in range(3)] == [False] * 3
    assert woken.call_count == 1
    store.refresh([result])
    assert result.get({}).value == "made 2"


def test_a_slow_kind_is_not_made_while_a_first_reader_waits(make, woken):
    Sweep.objects.create(pk=1, ended_at=timezone.now())  # a worker runs
    result = Result("test", make)
    result.get({"metric": "auc"})
    slow(result)
    with pytest.raises(NotMadeYetError):
        result.get({"metric": "accuracy"})
    assert result.value({"metric": "accuracy"}, "nothing yet") == "nothing yet"
    assert woken.call_count == 1
    store.refresh([result])
    assert result.get({"metric": "accuracy"}).value == "made 2"


def test_a_reader_makes_what_no_worker_makes(make, woken):
    result = Result("test", make)
    result.get({})
    slow(result)
    BoardRevision.advance()
    assert not result.get({}).is_current
    BoardResult.objects.update(made_at=timezone.now() - PATIENCE - timedelta(seconds=1))
    sweep = Sweep.objects.create(pk=1, ended_at=timezone.now())
    assert not result.get({}).is_current  # the worker runs, and is busy
    sweep.ended_at = timezone.now() - PATIENCE - timedelta(seconds=1)
    sweep.save()
    assert result.get({}).value == "made 2"
    assert result.get({"metric": "accuracy"}).value == "made 3"


def test_readers_of_an_outdated_result_write_nothing(make, woken):
    result = Result("test", make)
    result.get({})
    slow(result)
    BoardRevision.advance()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert not result.get({}).is_current
        assert all(query["sql"].startswith("SELECT") for query in queries)


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
    for number, content in enumerate((b"of another version", pickle.dumps((store.FORMAT - 1, "made 1"))), 2):
        BoardResult.objects.update(content=content, made_at=timezone.now())
        BoardRevision.advance()
        with pytest.raises(NotMadeYetError):
            result.get({})
        store.refresh([result])
        assert (result.get({}).value, result.get({}).is_current) == (f"made {number}", True)
        slow(result)
