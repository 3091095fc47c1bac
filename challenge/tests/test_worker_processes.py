"""Real Celery workers that are killed, limited, replaced or stopped; each submission is scored once."""

import os
import re
import signal
from pathlib import Path

import pytest

from challenge.models import DatasetScore, Uncertainty
from challenge.services import evaluations
from challenge.tests.processes import celery_app, lose, wait_until
from challenge.tests.worker_outcomes import Status, assert_scored_once, child_of, status, wait_until_it_is

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_killed_in_mid_scoring_loses_nothing(start_worker, send_to, submit, team, tmp_path):
    killed = start_worker(gate="wait")
    send_to(killed)
    submission = submit(team)
    evaluation = submission.evaluations.get()
    killed.wait_at_gate()
    killed.kill()
    assert status(evaluation) == Status.SCORING
    assert not DatasetScore.objects.exists()

    rescuer = start_worker("--beat", "--schedule", str(tmp_path / "schedule"), SWEEP_SECONDS="0.5")
    wait_until(lambda: "challenge.tasks.sweep" in rescuer.log.read_text())
    assert status(evaluation) == Status.SCORING  # until the lease is over
    lose(evaluation)
    wait_until_it_is(evaluation, Status.SCORED, rescuer)
    assert_scored_once(submission, killed, rescuer)
    assert evaluation.attempts == 2


def test_a_lost_message_is_replaced_by_the_sweep(start_worker, send_with, submit, team, tmp_path):
    send_with(celery_app("nobody-listens"))
    submission = submit(team)
    evaluation = submission.evaluations.get()
    lose(evaluation)
    worker = start_worker("--beat", "--schedule", str(tmp_path / "schedule"), SWEEP_SECONDS="0.5")
    wait_until_it_is(evaluation, Status.SCORED, worker)
    assert_scored_once(submission, worker)


def test_time_limits_end_in_an_outcome(start_worker, send_to, submit, team):
    # Long enough for a busy machine to score a file and reach the gate.
    limited = start_worker(gate="wait", TIME_LIMITS="5 7")
    send_to(limited)
    slow = submit(team)
    wait_until_it_is(slow.evaluations.get(), Status.FAILED, limited)
    (problem,) = slow.evaluations.get().problems
    assert "longer than the time limit" in problem
    wait_until(lambda: limited.mails_about(slow))

    limited.set_gate("ignore signals")
    deaf = submit(team, skill=1.5)
    evaluation = deaf.evaluations.get()
    limited.wait_at_gate()
    wait_until(lambda: "TimeLimitExceeded" in limited.log.read_text(), explain=limited.last_words)
    assert status(evaluation) == Status.SCORING
    limited.set_gate("pass")
    lose(evaluation)
    evaluations.requeue_lost_evaluations()
    wait_until_it_is(evaluation, Status.SCORED, limited)
    assert_scored_once(deaf, limited)


def test_a_child_that_grew_too_large_is_replaced_between_submissions(start_worker, send_to, submit, team):
    replacing = start_worker("--max-memory-per-child", "1")
    send_to(replacing)
    submissions = [submit(team, skill=skill) for skill in (1.0, 1.5)]
    for submission in submissions:
        wait_until_it_is(submission.evaluations.get(), Status.SCORED, replacing)
        assert_scored_once(submission, replacing)


def test_a_worker_told_to_stop_finishes_what_it_scores(start_worker, send_to, submit, team):
    stopping = start_worker(gate="wait")
    send_to(stopping)
    evaluation = submit(team).evaluations.get()
    stopping.wait_at_gate()
    os.kill(stopping.popen.pid, signal.SIGTERM)  # the main process only, as systemd does with KillMode=mixed
    stopping.wait_for("Warm shutdown")
    stopping.set_gate("pass")
    assert stopping.popen.wait(30) == 0
    assert status(evaluation) == Status.SCORED


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="there is no /proc/PID/smaps_rollup")
def test_it_stays_small_and_polars_starts_its_threads_in_the_child_only(start_worker, send_to, submit, team):
    small = start_worker(ESTIMATES="on")
    send_to(small)
    for skill in (1.0, 1.5, 2.0):
        wait_until_it_is(submit(team, skill=skill).evaluations.get(), Status.SCORED, small)
    wait_until(lambda: Uncertainty.objects.known().count() == 3, explain=small.last_words)
    parent = Path("/proc", str(small.popen.pid))
    child = child_of(small)
    assert not computing_threads(parent)
    assert computing_threads(child)
    # measured: 211 to 215, and 265 to 273; pages of libraries come on top, 100 MB on Debian 12
    assert peak_megabytes(child) < 240
    assert megabytes(parent) + megabytes(child) < 300


def computing_threads(process: Path) -> list[str]:
    """Return the names of polars' computing threads; after a fork, a child would wait for them forever."""
    names = [(thread / "comm").read_text().strip() for thread in (process / "task").iterdir()]
    return [name for name in names if re.fullmatch(r"polars-\d+|tokio.*", name)]


def peak_megabytes(process: Path) -> float:
    """Return the peak memory of a process, without the pages of files: some kernels map libraries as a whole."""
    status = (process / "status").read_text()
    peak, of_files = (
        int(re.findall(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[0]) for name in ("VmHWM", "RssFile")
    )
    return (peak - of_files) / 1024


def megabytes(process: Path) -> float:
    """Return the memory of a process without the pages of files; shared memory is divided among the processes (PSS)."""
    (size,) = re.findall(r"^Pss_Anon:\s+(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE)
    return int(size) / 1024
