"""Real Celery workers on the test database, which score, die, stop and restart; each submission is scored once."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from challenge.models import DatasetScore, Evaluation, OutcomeMail, Submission, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths
from challenge.tests.processes import (
    Worker,
    all_pids,
    celery_app,
    command_of,
    lose,
    parent_of,
    wait_until,
)

pytestmark = pytest.mark.django_db(transaction=True)

Status = Evaluation.Status


@pytest.fixture(scope="module")
def shared_worker(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Worker]:
    """One worker without a sweep, shared by the tests that do not kill it."""
    with django_db_blocker.unblock():
        worker = Worker(tmp_path_factory.mktemp("worker"))
    try:
        worker.wait_for(" ready.")
        yield worker
    finally:
        worker.kill()


@pytest.fixture
def worker(shared_worker, send_to) -> Worker:
    """The shared worker with an open gate; this process sends its tasks to it."""
    send_to(shared_worker)
    shared_worker.set_gate("pass")
    return shared_worker


def status(evaluation: Evaluation) -> str:
    evaluation.refresh_from_db()
    return evaluation.status


def wait_until_it_is(evaluation: Evaluation, expected: Status, worker: Worker) -> None:
    wait_until(
        lambda: status(evaluation) == expected,
        explain=lambda: f"It is {evaluation.status}. {worker.last_words()}",
    )


def assert_scored_once(submission: Submission, *workers: Worker) -> None:
    """Assert that one evaluation scored every dataset, and that one mail was sent."""
    evaluation = submission.evaluations.get()
    assert evaluation.status == Status.SCORED
    assert evaluation.scored_at
    assert sorted(evaluation.dataset_scores.values_list("dataset", flat=True)) == sorted(
        dataset.name for dataset in MEDMNIST_PLUS
    )
    wait_until(lambda: OutcomeMail.objects.filter(submission=submission, sent_at__isnull=False).exists())

    (mail,) = [mail for worker in workers for mail in worker.mails_about(submission)]
    assert f"Submission #{submission.pk} scored" in mail


def test_it_works(worker, submit, team, other_team):
    submissions = [submit(team), submit(other_team, skill=2.0)]
    for submission in submissions:
        wait_until_it_is(submission.evaluations.get(), Status.SCORED, worker)
        assert_scored_once(submission, worker)


def test_an_invalid_file_fails_at_once_and_its_team_is_informed(worker, submit, team):
    submission = submit(team, content=b"no,predictions\n")
    evaluation = submission.evaluations.get()
    wait_until_it_is(evaluation, Status.FAILED, worker)
    wait_until(lambda: len(worker.mails_about(submission)) == 1)
    assert evaluation.attempts == 1


def test_the_task_twice_changes_nothing(worker, submit, team):
    submission = submit(team)
    evaluation = submission.evaluations.get()
    wait_until_it_is(evaluation, Status.SCORED, worker)
    wait_until(lambda: worker.mails_about(submission))
    before = Evaluation.objects.filter(pk=evaluation.pk).values().get()

    app = celery_app(worker.queue)
    for name, row in (("evaluate", evaluation), ("send_outcome_mail", submission)):
        for _ in range(2):
            app.send_task(f"challenge.tasks.{name}", args=[row.pk])
    later = submit(team, skill=1.5)
    wait_until_it_is(later.evaluations.get(), Status.SCORED, worker)

    assert Evaluation.objects.filter(pk=evaluation.pk).values().get() == before
    assert_scored_once(submission, worker)


def test_a_fault_of_ours_is_tried_again_and_then_fails(worker, submit, team):
    worker.set_gate("break")
    submission = submit(team)
    evaluation = submission.evaluations.get()
    for _ in range(2):
        wait_until(lambda: status(evaluation) == Status.QUEUED and evaluation.attempts)
        attempts = evaluation.attempts
        lose(evaluation)
        assert evaluations.requeue_lost_evaluations() == 1
        wait_until(lambda: status(evaluation) != Status.SCORING and evaluation.attempts > attempts)  # noqa: B023
    wait_until_it_is(evaluation, Status.FAILED, worker)
    assert evaluation.attempts == Evaluation.MAX_ATTEMPTS
    assert_failed_by_our_fault(submission, evaluation)
    wait_until(lambda: len(worker.mails_about(submission)) == 1)


def test_a_passing_fault_leaves_no_trace(worker, submit, team):
    worker.set_gate("break")
    submission = submit(team)
    evaluation = submission.evaluations.get()
    wait_until(lambda: status(evaluation) == Status.QUEUED and evaluation.attempts == 1)
    worker.set_gate("pass")
    lose(evaluation)
    evaluations.requeue_lost_evaluations()
    wait_until_it_is(evaluation, Status.SCORED, worker)
    assert_scored_once(submission, worker)


def test_a_file_that_kills_the_worker_every_time_fails(worker, submit, team):
    worker.set_gate("die")
    submission = submit(team)
    evaluation = submission.evaluations.get()
    for attempt in (1, Evaluation.MAX_ATTEMPTS):
        worker.wait_at_gate()
        assert status(evaluation) == Status.SCORING
        assert evaluation.attempts == attempt
        worker.set_gate("die")
        lose(evaluation)
        Evaluation.objects.update(attempts=max(attempt, Evaluation.MAX_ATTEMPTS - 1))
        assert evaluations.requeue_lost_evaluations() == 1
    assert status(evaluation) == Status.FAILED
    assert_failed_by_our_fault(submission, evaluation)
    worker.set_gate("pass")
    later = submit(team, skill=2.0)
    wait_until_it_is(later.evaluations.get(), Status.SCORED, worker)
    wait_until(lambda: len(worker.mails_about(submission)) == 1)


def assert_failed_by_our_fault(submission: Submission, evaluation: Evaluation) -> None:
    submission.refresh_from_db()
    assert evaluation.failure == Evaluation.Failure.SITE
    assert not submission.counts_toward_limits
    assert submission.first_outcome_at
    assert not evaluation.dataset_scores.exists()


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


@pytest.mark.parametrize("other_is_done", [False, True])
def test_a_worker_that_slept_through_its_lease_changes_nothing(
    start_worker, worker, send_to, submit, team, other_is_done
):
    sleeper = start_worker(gate="wait")
    send_to(sleeper)
    submission = submit(team)
    evaluation = submission.evaluations.get()
    sleeper.wait_at_gate()
    sleeper.signal_all(signal.SIGSTOP)

    send_to(worker)
    worker.set_gate("pass" if other_is_done else "wait")
    lose(evaluation)
    evaluations.requeue_lost_evaluations()
    if other_is_done:
        wait_until_it_is(evaluation, Status.SCORED, worker)
    else:
        worker.wait_at_gate()
    before = everything_about(evaluation)

    sleeper.set_gate("pass")
    sleeper.signal_all(signal.SIGCONT)
    wait_until(lambda: "succeeded in" in sleeper.log.read_text(), explain=sleeper.last_words)
    assert everything_about(evaluation) == before
    worker.set_gate("pass")
    wait_until_it_is(evaluation, Status.SCORED, worker)
    assert_scored_once(submission, worker, sleeper)


def everything_about(evaluation: Evaluation) -> tuple:
    row = Evaluation.objects.filter(pk=evaluation.pk).values().get()
    return row, list(evaluation.dataset_scores.order_by("pk").values())


def test_scoring_again_while_it_is_scored(worker, submit, team):
    submission = submit(team)
    evaluation = submission.evaluations.get()
    worker.set_gate("wait")
    worker.wait_at_gate()
    evaluations.queue_evaluations([submission])
    assert status(evaluation) == Status.QUEUED
    worker.set_gate("pass")
    wait_until_it_is(evaluation, Status.SCORED, worker)
    assert_scored_once(submission, worker)


def test_other_labels_activated_while_it_is_scored(worker, submit, team, ground_truth):
    scored = submit(team)
    wait_until_it_is(scored.evaluations.get(), Status.SCORED, worker)
    worker.set_gate("wait")
    running = submit(team, skill=1.5)
    worker.wait_at_gate()
    queued = submit(team, skill=2.0)
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    other = ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True)
    worker.set_gate("pass")

    everything = [scored, running, queued]
    for submission in everything:
        wait_until_it_is(submission.evaluations.get(ground_truth=ground_truth), Status.SCORED, worker)
    evaluations.queue_missing_evaluations()  # as the sweep does
    for submission in everything:
        wait_until_it_is(submission.evaluations.get(ground_truth=other), Status.SCORED, worker)
    assert Evaluation.objects.ranked(other).count() == 3
    assert Evaluation.objects.count() == 6
    assert evaluations.queue_missing_evaluations() == 0
    wait_until(lambda: [len(worker.mails_about(submission)) for submission in everything] == [1, 1, 1])


def test_an_upload_does_not_wait_for_all_that_is_scored_again(worker, submit, team, other_team):
    scored = [submit(team, skill=skill).evaluations.get() for skill in (1.0, 1.1, 1.2, 1.3)]
    for evaluation in scored:
        wait_until_it_is(evaluation, Status.SCORED, worker)
    wait_until(lambda: not OutcomeMail.objects.pending().exists())  # mails are in the queue of uploads, too
    worker.set_gate("wait")
    evaluations.queue_evaluations([evaluation.submission for evaluation in scored])
    worker.wait_at_gate()
    uploaded = submit(other_team).evaluations.get()
    worker.set_gate("pass")
    for evaluation in (uploaded, *scored):
        wait_until_it_is(evaluation, Status.SCORED, worker)
    # one was being scored already, and one may have come before the upload
    assert sum(evaluation.claimed_at > uploaded.claimed_at for evaluation in scored) >= 2


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


def test_labels_that_cannot_be_read_cost_no_submission(worker, submit, team, ground_truth):
    other = make_demo_ground_truth(MEDMNIST_PLUS, seed=2)
    ground_truth = ground_truths.store_ground_truth(other, name="Lost", is_demo=True)
    labels = ground_truth.path.read_bytes()
    ground_truth.path.unlink()
    submission = submit(team)
    evaluation = submission.evaluations.get()
    wait_until(lambda: status(evaluation) == Status.QUEUED and evaluation.attempts == 1)
    ground_truth.path.write_bytes(labels)
    lose(evaluation)
    evaluations.requeue_lost_evaluations()
    wait_until_it_is(evaluation, Status.SCORED, worker)
    assert_scored_once(submission, worker)


@pytest.mark.skipif(
    not settings.CELERY_BROKER_URL.startswith("filesystem"), reason="the messages are not files"
)
def test_half_a_message_does_not_end_the_worker(worker, submit, team):
    Path(settings.BROKER_DIR, f"0_power-cut.{worker.queue}.msg").write_text('{"body": "')
    evaluation = submit(team).evaluations.get()
    wait_until_it_is(evaluation, Status.SCORED, worker)


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
    # measured: 180, and 222 (SQLite) to 228 (MariaDB); pages of libraries come on top, 100 MB on Debian 12
    assert peak_megabytes(child) < 200
    assert megabytes(parent) + megabytes(child) < 240


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


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc/PID/task")
def test_only_the_main_thread_of_a_child_takes_sigterm(worker, submit, team):
    """A child that receives SIGTERM while it holds the pool's lock must not die before it releases the lock."""
    wait_until_it_is(submit(team).evaluations.get(), Status.SCORED, worker)
    child = child_of(worker)
    others = [thread for thread in (child / "task").iterdir() if thread.name != child.name]
    assert others
    assert all(blocks_sigterm(thread) for thread in others)
    assert not blocks_sigterm(child)


def child_of(worker: Worker) -> Path:
    def children() -> list[int]:
        return [pid for pid in all_pids() if parent_of(pid) == worker.popen.pid and command_of(pid)]

    (child,) = wait_until(children)  # an oversized child is being replaced, by any thread of the worker
    return Path("/proc", str(child))


def blocks_sigterm(thread: Path) -> bool:
    (mask,) = re.findall(r"^SigBlk:\s+([0-9a-f]+)", (thread / "status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) & 1 << (signal.SIGTERM - 1))
