"""Work of the worker that verifies: each new entry after its intervals, missing ones by the sweep, a few at a time."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from challenge.models import DatasetScore, Evaluation, Uncertainty, Verification
from challenge.services import entries, queue, uncertainty, verifications
from challenge.services.verifications import VerificationError
from challenge.tasks import estimate_uncertainty, sweep, verify

Status = Verification.Status


@pytest.fixture
def state(scored):
    """Return a function that gives the state of the entry's verification; None without one."""
    return lambda: Verification.objects.values_list("status", flat=True).first()


@pytest.fixture
def many(entry, team, verifying) -> list[Evaluation]:
    """More entries with intervals than a sweep queues."""
    evaluations = [entry(team, 0.9).evaluations.get() for _ in range(verifications.MOST_WAITING + 3)]
    for evaluation in evaluations:
        Uncertainty.objects.create(evaluation=evaluation, status="done", results_version="test")
    return evaluations


def test_a_new_entry_is_verified_after_its_intervals(
    submit_and_score, team, verifying, known_answer, monkeypatch, django_capture_on_commit_callbacks
):
    evaluation = submit_and_score(team).evaluations.get()
    assert not Verification.objects.exists()

    def estimate(evaluation_id: int) -> None:
        Uncertainty.objects.update(status=Uncertainty.Status.DONE, results_version="test")

    sent: list[tuple] = []
    monkeypatch.setattr(uncertainty, "estimate", estimate)
    monkeypatch.setattr(queue, "_send", lambda task, *args, **options: sent.append((task, *args)))
    with django_capture_on_commit_callbacks(execute=True):
        estimate_uncertainty(evaluation.pk)
    assert (verify.name, evaluation.pk) in sent
    verify(evaluation.pk)
    assert Verification.objects.get(evaluation=evaluation).is_equal


def test_an_entry_without_intervals_waits(submit_and_score, team, verifying):
    verifications.queue_verification(submit_and_score(team).evaluations.get().pk)
    assert verifications.queue_missing() == 0
    assert not Verification.objects.exists()


def test_the_queue_is_its_own():
    (route,) = [r for task, r in django_settings.CELERY_TASK_ROUTES.items() if task == verify.name]
    others = {one.name for one in django_settings.CELERY_TASK_QUEUES} | {django_settings.FIGURES_QUEUE}
    assert route["queue"] not in others


@pytest.mark.parametrize("why", ["switched off", "not installed"])
def test_nothing_is_queued_where_it_cannot_be_verified(why, scored, settings, monkeypatch, state):
    settings.VERIFY_SCORES = why != "switched off"
    monkeypatch.setattr(verifications, "is_installed", lambda: why != "not installed")
    verifications.queue_verification(scored.evaluations.get().pk)
    sweep()
    assert state() is None


def test_the_sweep_queues_missing_entries_a_few_at_a_time(many):
    most = verifications.MOST_WAITING
    sweep()
    sweep()  # nobody has taken them yet
    assert Verification.objects.filter(status=Status.QUEUED).count() == most
    Verification.objects.update(status=Status.DONE)
    sweep()
    assert Verification.objects.filter(status=Status.QUEUED).count() == len(many) - most


def test_a_lost_message_is_sent_again(scored, verifying, state, known_answer, monkeypatch):
    verifications.queue_missing()
    Verification.objects.update(queued_at=timezone.now() - timedelta(hours=2))
    again: list[int] = []
    monkeypatch.setattr(queue, "enqueue_verification", again.append)
    sweep()
    assert again == [scored.evaluations.get().pk]


def test_a_second_message_changes_nothing(scored, verifying, state, known_answer):
    verifications.queue_missing()
    verify(scored.evaluations.get().pk)
    before = Verification.objects.values().get()
    verify(scored.evaluations.get().pk)
    assert Verification.objects.values().get() == before


def test_what_breaks_is_tried_three_times(scored, verifying, state, monkeypatch):
    def break_down(evaluation: Evaluation) -> None:
        raise VerificationError("a fault of ours")

    monkeypatch.setattr(verifications, "recompute", break_down)
    verifications.queue_missing()
    for expected in (Status.QUEUED, Status.QUEUED, Status.FAILED, Status.FAILED):
        verify(scored.evaluations.get().pk)
        assert state() == expected


def test_a_worker_that_lost_its_claim_stores_nothing(scored, verifying, state, answer, monkeypatch):
    verifications.queue_missing()

    def lose_the_claim(evaluation: Evaluation) -> dict:
        Verification.objects.update(claimed_at=timezone.now() + timedelta(minutes=1))
        return answer

    monkeypatch.setattr(verifications, "recompute", lose_the_claim)
    verify(scored.evaluations.get().pk)
    assert state() == Status.RUNNING
    assert Verification.objects.get().verified_at is None


def test_a_withdrawal_that_deletes_the_file_ends_it(scored, verifying, state, known_answer):
    verifications.queue_missing()
    entries.withdraw(scored, delete_file=True)
    assert state() is None
    verify(scored.evaluations.get().pk)
    sweep()
    assert state() is None


def test_scores_that_differ_change_nothing_that_readers_see(scored, verifying, known_answer, client):
    DatasetScore.objects.filter(dataset="octmnist").update(auc=0.5)
    before = client.get(scored.get_absolute_url()).content
    verifications.queue_missing()
    verify(scored.evaluations.get().pk)
    assert Verification.objects.get().differs
    assert client.get(scored.get_absolute_url()).content == before
