"""Freezing of the board: the release has its rows and ranks, and a board that changes meanwhile is read again."""

import json

import pytest

from challenge.leaderboard.export import leaderboard_document, to_json
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.uncertainty import positions
from challenge.models import HistoryLine, Metric, Release, Resolution, ranked_versions
from challenge.releases import freezing
from challenge.results.rows import RowKey
from challenge.services import releases
from challenge.services.board import board_changed
from challenge.tests.processes import wait_until
from challenge.tests.releases.frozen import board_of, freeze

pytestmark = pytest.mark.django_db


def test_every_row_has_its_scores_and_its_ranks_on_both_boards(board):
    release = freeze()
    assert release.is_frozen
    stored = {row.key: row.values for row in release.rows.all()}
    for resolution in Resolution.values:
        for all_entries, name in ((True, "all"), (False, "best")):
            for metric in Metric:
                board = leaderboard_document(Filters(resolution, metric, all_entries=all_entries))
                document = json.loads(to_json(board))
                for row in document["rows"]:
                    key = next(key for key, values in stored.items() if values["name"] == row["name"])
                    assert stored[key]["average"] == row["average"]
                    assert stored[key]["datasets"] == row["datasets"]
                    rank = stored[key]["ranks"][name].get(metric.value, {})
                    for part in ("low", "high", "low_over_datasets", "high_over_datasets"):
                        assert rank.get(part) == row[f"rank_{part}"]
                    assert rank.get("rank") == row["rank"]
                    assert rank.get("with_leader") == row["with_leader"]
                on_board = [key for key, values in stored.items() if metric in values["ranks"][name]
                            and values["resolution"] == resolution]  # fmt: skip
                assert len(on_board) == sum(row["rank"] is not None for row in document["rows"])


def test_the_ranks_are_those_of_the_pages_of_entries(board):
    stored = {row.key: row.values for row in freeze().rows.filter(resolution=224)}
    for key, place in positions(224, Metric.AUC, ranked_versions()).items():
        rank = stored[str(key)]["ranks"]["all"]["auc"]
        assert (rank["rank"], (rank["low"], rank["high"])) == (place.rank, place.rank_range or (None, None))


def test_private_entries_are_not_in_it_and_anonymous_ones_have_no_team(board):
    release = freeze()
    names = {row.values["name"] for row in release.rows.all()}
    assert "Secret" not in names
    assert not release.members.filter(number=board["private"].pk).exists()
    row = release.rows.get(key=str(RowKey.of(board["anonymous"])))
    assert row.values["team"] == "Anonymous team"
    assert row.values["submitted_at"].endswith("T00:00:00Z")
    assert row.values["members"] == [{"number": board["anonymous"].pk, "sha256": None}]


def test_the_seeds_of_a_method_are_one_row_with_their_numbers(board):
    release = freeze()
    row = release.rows.get(key=str(RowKey.of(board["group"])))
    assert [member["number"] for member in row.values["members"]] == [seed.pk for seed in board["seeds"]]
    assert set(release.members.filter(key=row.key).values_list("number", flat=True)) == {
        seed.pk for seed in board["seeds"]
    }


def test_the_head_names_the_versions_and_counts_the_rows(board, ground_truth):
    release = freeze()
    assert release.labels == {"name": "Demo labels", "sha256": ground_truth.checksum, "is_demo": True}
    assert release.head["rows_by_resolution"]["224"] == {"entries": 6, "published": 2, "ranked": 7}
    assert release.head["rows_by_resolution"]["64"] == {"entries": 0, "published": 0, "ranked": 0}
    assert board_of(release)["versions"]["ground_truth"]["sha256"] == ground_truth.checksum


def test_each_step_is_a_line_of_the_history(board, organizer):
    freeze(by=organizer)
    asked, frozen = HistoryLine.objects.filter(subject="BIG 2027.1").order_by("pk")
    assert (asked.action, asked.actor, asked.reason) == (
        "asked for a release",
        organizer,
        "The round is over.",
    )
    assert (frozen.action, frozen.actor_name) == ("froze the board", "the site")
    assert frozen.after["rows"] == 9


def test_an_empty_board_can_be_frozen(db):
    release = freeze()
    assert release.is_frozen
    assert not release.rows.exists()
    assert release.labels == {}


def test_a_board_that_changes_meanwhile_is_read_again(board, monkeypatch):
    frozen_rows = freezing.frozen_rows
    reads: list = []

    def change_once(versions):
        if not reads:
            board_changed()
        reads.append(frozen_rows(versions))
        return reads[-1]

    monkeypatch.setattr(freezing, "frozen_rows", change_once)
    release = freeze()
    assert len(reads) == 2
    assert release.is_frozen
    assert [path.name for path in release.archive_path.parent.glob("*")] == [release.archive_name]


def test_a_board_that_never_rests_is_tried_later_and_given_up_in_the_end(board, monkeypatch, settings):
    frozen_rows = freezing.frozen_rows

    def change(versions):
        board_changed()
        return frozen_rows(versions)

    monkeypatch.setattr(freezing, "frozen_rows", change)
    release = freeze()
    assert release.status == Release.Status.QUEUED
    for _ in range(2):
        freezing.freeze(release.pk)
    release.refresh_from_db()
    assert release.status == Release.Status.FAILED
    assert not release.rows.exists()
    assert list(settings.RELEASES_DIR.glob("*2027.1*")) == []


def test_a_fault_leaves_nothing_behind_and_it_can_be_asked_for_again(board, monkeypatch, settings):
    def fail(*arguments):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(freezing, "write_archive", fail)
        release = freeze()
        for _ in range(2):
            freezing.freeze(release.pk)
    release.refresh_from_db()
    assert release.status == Release.Status.FAILED
    again = freeze()
    assert again.pk == release.pk
    assert again.is_frozen
    assert again.rows.count() == 9


def test_a_name_is_used_once(board):
    freeze()
    with pytest.raises(releases.ReleaseRefusedError, match=r"There is a release 2027\.1 already"):
        freeze()


def test_a_second_task_changes_nothing(board):
    release = freeze()
    before = Release.objects.values().get()
    freezing.freeze(release.pk)
    assert Release.objects.values().get() == before
    assert HistoryLine.objects.filter(action="froze the board").count() == 1


def test_a_worker_that_was_taken_over_stores_nothing(board, monkeypatch):
    frozen_rows = freezing.frozen_rows

    def take_over(versions):
        Release.objects.update(claimed_at="2020-01-01T00:00:00Z")
        return frozen_rows(versions)

    monkeypatch.setattr(freezing, "frozen_rows", take_over)
    release = freeze()
    assert not release.is_frozen
    assert not release.rows.exists()


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_freezes_the_board(start_worker, send_to, board):
    worker = start_worker()
    send_to(worker)
    release = releases.ask_for_release("2027.2", by="manage.py", reason="The round is over.")
    wait_until(lambda: Release.objects.frozen().filter(pk=release.pk).exists(), explain=worker.last_words)
    assert release.rows.count() == 9


def test_the_sweep_finds_a_lost_release(board, monkeypatch):
    release = releases.ask_for_release("2027.1", by="manage.py", reason="The round is over.")
    Release.objects.update(queued_at="2020-01-01T00:00:00Z")
    monkeypatch.setattr(releases.queue, "enqueue_release", freezing.freeze)
    assert releases.requeue_lost() == 1
    release.refresh_from_db()
    assert release.is_frozen
