"""A real worker scores while uploads wait; intervals follow, and take turns with uploads once they are overdue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from challenge.models import Evaluation, Uncertainty
from challenge.services import queue, uncertainty
from challenge.tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SKILLS = (1.0, 1.25, 1.5, 1.75)


def test_scores_come_before_intervals(start_worker, send_to, submit, team):
    worker = start_worker(gate="wait", ESTIMATES="on")
    send_to(worker)
    submit(team, skill=SKILLS[0])
    worker.wait_at_gate()
    for skill in SKILLS[1:]:
        submit(team, skill=skill)
    worker.set_gate("pass")
    wait_until(lambda: Uncertainty.objects.known().count() == len(SKILLS), 60, worker.last_words)
    last_score = Evaluation.objects.latest("claimed_at").claimed_at
    assert not Uncertainty.objects.filter(claimed_at__lt=last_score).exists()


@pytest.fixture
def sent(monkeypatch) -> list[tuple[int, str]]:
    """Evaluations whose intervals were enqueued, with the end of the queue's name."""
    messages: list[tuple[int, str]] = []

    def note(task: str, pk: int, **options: str) -> None:
        messages.append((pk, options["queue"].rpartition("-")[2]))

    monkeypatch.setattr(queue, "_send", note)
    return messages


def waiting_for(row: Uncertainty, **age: int) -> None:
    """Let intervals wait for this long."""
    Uncertainty.objects.filter(pk=row.pk).update(
        status=Uncertainty.Status.QUEUED, queued_at=timezone.now() - timedelta(**age)
    )


def test_first_intervals_that_wait_for_over_a_minute_are_overdue(uncertain_entry, team, sent):
    overdue, known, recent = (uncertain_entry(team, auc).evaluations.get() for auc in (0.7, 0.8, 0.9))
    waiting_for(overdue.uncertainty, seconds=61)
    waiting_for(known.uncertainty, seconds=61)
    waiting_for(recent.uncertainty, seconds=10)
    Uncertainty.objects.filter(evaluation=overdue).update(results_version="")
    assert uncertainty.requeue_lost() == 2
    assert sorted(sent) == sorted([(overdue.pk, "overdue"), (known.pk, "background")])
