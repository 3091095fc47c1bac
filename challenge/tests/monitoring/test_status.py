"""Public status: how many submissions wait, and how long the last ones took."""

from datetime import timedelta

import pytest
from django.utils import timezone

from challenge.models import Submission
from challenge.services.upkeep import record_sweep

pytestmark = pytest.mark.django_db


def scored_after(seconds: float, row: Submission, *, sent: timedelta = timedelta(hours=1)) -> None:
    created_at = timezone.now() - sent
    Submission.objects.filter(pk=row.pk).update(
        created_at=created_at, first_outcome_at=created_at + timedelta(seconds=seconds)
    )


def test_nothing_was_sent(client):
    record_sweep()
    assert client.get("/status.json").json() == {
        "waiting": 0,
        "longest_wait_seconds": None,
        "last_results": 0,
        "median_seconds": None,
        "longest_seconds": None,
        "scoring_runs": True,
        "text": "No submission waits.",
    }


def test_times_of_the_last_day(client, entry, team):
    record_sweep()
    for seconds in (1, 2, 9):
        scored_after(seconds, entry(team, 0.9))
    scored_after(5000, entry(team, 0.9), sent=timedelta(days=3))
    status = client.get("/status.json").json()
    assert (status["last_results"], status["median_seconds"], status["longest_seconds"]) == (3, 2.0, 9.0)
    assert status["text"].endswith("The last 3 results took 2 seconds (median), at most 9 seconds.")


def test_a_submission_waits(client, submit, team):
    record_sweep()
    row = submit(team, content=b"waits")
    Submission.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=3))
    status = client.get("/status.json").json()
    assert status["waiting"] == 1
    assert status["longest_wait_seconds"] == pytest.approx(180, abs=20)
    assert status["text"].startswith("1 submission waits, the first for 3 minutes.")


def test_a_stopped_worker_is_named(client):
    status = client.get("/status.json").json()
    assert not status["scoring_runs"]
    assert "Scoring is stopped now" in status["text"]


def test_a_team_reads_it_where_it_submits(as_user, team, entry, ground_truth):
    record_sweep()
    scored_after(2, entry(team, 0.9))
    assert "No submission waits. The last result took 2 seconds." in as_user(team).get("/profile/").text
