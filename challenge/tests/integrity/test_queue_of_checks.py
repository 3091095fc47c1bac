"""Checks follow the intervals, lost ones come back, and a broken check harms nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from challenge import tasks
from challenge.models import IntegrityRecord, Submission
from challenge.services import integrity, queue, uncertainty
from challenge.tests.integrity.conftest import check, flags, submission_record
from challenge.tests.integrity.generated import honest

Status = IntegrityRecord.Status


@pytest.fixture
def messages(monkeypatch) -> list[int]:
    """Numbers of the submissions whose check was sent to a worker."""
    sent: list[int] = []
    monkeypatch.setattr(queue, "enqueue_integrity", sent.append)
    return sent


def test_the_check_is_queued_after_the_intervals(uncertain_entry, team, messages, monkeypatch):
    submission = uncertain_entry(team, 0.8)
    evaluation = submission.evaluations.get()
    known = evaluation.uncertainty
    fields = {name: getattr(known, name) for name in ("bootstrap_version", "results_version", "intervals")}
    estimates = uncertainty.Outcome(fields, {})
    monkeypatch.setattr(uncertainty, "estimate_file", lambda *paths: estimates)
    submission.file = "a file.csv"
    submission.save()
    uncertainty.queue_uncertainty(evaluation)
    assert messages == []
    uncertainty.estimate(evaluation.pk)
    assert messages == [submission.pk]
    assert submission_record(submission).status == Status.QUEUED


def test_the_sweep_queues_what_is_missing_in_portions_and_the_oldest_first(
    uncertain_entry, entry, team, messages, monkeypatch
):
    monkeypatch.setattr(integrity, "MOST_AT_ONCE", 2)
    entries = [uncertain_entry(team, 0.8) for _ in range(3)]
    entry(team, 0.7)  # has no intervals
    assert integrity.queue_missing() == 2
    assert integrity.queue_missing() == 1
    assert integrity.queue_missing() == 0
    assert messages == [one.pk for one in entries]


def test_entries_are_checked_again_with_other_labels(uncertain_entry, team, messages):
    submission = uncertain_entry(team, 0.8)
    integrity.queue_missing()
    IntegrityRecord.objects.update(version="other labels", status=Status.DONE)
    assert integrity.queue_missing() == 1
    assert submission_record(submission).status == Status.QUEUED


def test_entries_without_a_file_are_not_checked(uncertain_entry, team, messages):
    uncertain_entry(team, 0.8)
    Submission.objects.update(file_deleted_at=timezone.now())
    assert integrity.queue_missing() == 0


def test_a_lost_message_is_sent_again(sent, team, messages):
    submission = sent(team, honest(1))
    integrity.queue_check(submission)
    integrity.requeue_lost(timezone.now() + timedelta(hours=1))
    assert messages == [submission.pk] * 2


def test_a_check_that_breaks_is_given_up_after_three_attempts(sent, team, messages):
    submission = sent(team, honest(1))
    submission.file.storage.delete(submission.file.name)
    integrity.queue_check(submission)
    for _ in range(4):
        integrity.check(submission.pk)
    record = submission_record(submission)
    assert (record.status, record.attempts) == (Status.FAILED, 3)
    assert integrity.queue_missing() == 0
    assert flags() == []


def test_a_worker_that_lost_its_claim_stores_no_flag(checked, sent, team, other_team, monkeypatch):
    checked(team, honest(1))
    copied = sent(other_team, honest(1))
    find = integrity.find

    def lose(found):
        IntegrityRecord.objects.filter(submission=copied).put_back()
        return find(found)

    monkeypatch.setattr(integrity, "find", lose)
    integrity.queue_check(copied)
    integrity.check(copied.pk)
    assert flags() == []
    monkeypatch.undo()
    check(copied)
    assert len(flags()) == 1


def test_the_worker_checks_what_was_queued(sent, team, other_team, monkeypatch):
    source, copied = sent(team, honest(1)), sent(other_team, honest(1))
    monkeypatch.setattr(queue, "enqueue_integrity", tasks.check_integrity)
    for one in (source, copied):
        integrity.queue_check(one)
    assert flags() == [(copied, "copy", {source})]


def test_the_check_of_a_removed_entry_does_nothing(sent, team, messages):
    integrity.check(10**9)
    assert not IntegrityRecord.objects.exists()
