"""Real Celery worker on the test database, which meets faults and changes; each submission is scored once."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from challenge.models import Evaluation, Mail, Submission, Versions
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths
from challenge.tests.processes import Worker, celery_app, lose, wait_until
from challenge.tests.worker_outcomes import Status, assert_scored_once, child_of, status, wait_until_it_is

pytestmark = pytest.mark.django_db(transaction=True)


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
    for name, row in (("evaluate", evaluation), ("send_mail", submission.mails.get())):
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
    assert Evaluation.objects.ranked(Versions.of_this_software(other)).count() == 3
    assert Evaluation.objects.count() == 6
    assert evaluations.queue_missing_evaluations() == 0
    wait_until(lambda: [len(worker.mails_about(submission)) for submission in everything] == [1, 1, 1])


def test_an_upload_does_not_wait_for_all_that_is_scored_again(worker, submit, team, other_team):
    scored = [submit(team, skill=skill).evaluations.get() for skill in (1.0, 1.1, 1.2, 1.3)]
    for evaluation in scored:
        wait_until_it_is(evaluation, Status.SCORED, worker)
    wait_until(lambda: not Mail.objects.pending().exists())  # mails are in the queue of uploads, too
    worker.set_gate("wait")
    evaluations.queue_evaluations([evaluation.submission for evaluation in scored])
    worker.wait_at_gate()
    uploaded = submit(other_team).evaluations.get()
    worker.set_gate("pass")
    for evaluation in (uploaded, *scored):
        wait_until_it_is(evaluation, Status.SCORED, worker)
    # one was being scored already, and one may have had the turn of the background
    assert sum(evaluation.claimed_at > uploaded.claimed_at for evaluation in scored) >= 2


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


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc/PID/task")
def test_only_the_main_thread_of_a_child_takes_sigterm(worker, submit, team):
    """A child that receives SIGTERM while it holds the pool's lock must not die before it releases the lock."""
    wait_until_it_is(submit(team).evaluations.get(), Status.SCORED, worker)
    child = child_of(worker)
    others = [thread for thread in (child / "task").iterdir() if thread.name != child.name]
    assert others
    assert all(blocks_sigterm(thread) for thread in others)
    assert not blocks_sigterm(child)


def blocks_sigterm(thread: Path) -> bool:
    (mask,) = re.findall(r"^SigBlk:\s+([0-9a-f]+)", (thread / "status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) & 1 << (signal.SIGTERM - 1))
