"""A clock that was ahead by a day and is set back: sweeps go on, and work of the future is done again."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from bigsite.schedule import Every
from challenge.models import Evaluation, Uncertainty
from challenge.services import evaluations, uncertainty
from challenge.upkeep.work import is_old

DAY = timedelta(days=1)


def test_a_last_run_in_the_future_delays_no_sweep():
    sweep = Every(20.0)
    assert sweep.is_due(sweep.now() + DAY).is_due


@pytest.mark.parametrize(("ago", "is_due"), [(0, False), (19, False), (21, True), (86_400, True)])
def test_otherwise_it_runs_as_usual(ago, is_due):
    sweep = Every(20.0)
    assert sweep.is_due(sweep.now() - timedelta(seconds=ago)).is_due is is_due


def test_all_tasks_of_beat_have_such_a_schedule():
    schedules = [entry["schedule"] for entry in current_app.conf.beat_schedule.values()]
    assert {type(one) for one in schedules} == {Every}


@pytest.mark.parametrize("status", [Evaluation.Status.QUEUED, Evaluation.Status.SCORING])
def test_a_submission_of_the_future_is_scored(submit, team, status):
    evaluation = submit(team).evaluations.get()
    ahead = timezone.now() + DAY
    Evaluation.objects.update(status=status, queued_at=ahead, claimed_at=ahead)
    assert evaluations.requeue_lost_evaluations() == 1
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.status == Evaluation.Status.SCORED


def test_intervals_of_the_future_are_estimated(uncertain_entry, team):
    uncertain_entry(team, 0.8)
    ahead = timezone.now() + DAY
    Uncertainty.objects.update(status=Uncertainty.Status.RUNNING, claimed_at=ahead)
    assert uncertainty.requeue_lost() == 1


def test_a_sweep_in_the_future_is_no_sign_of_life():
    now = timezone.now()
    assert is_old(now + DAY, now)
    assert not is_old(now + timedelta(seconds=5), now)
