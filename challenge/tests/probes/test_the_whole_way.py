"""A test submission: stored, scored, compared, and deleted; wrong scores and faults are noticed."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail
from django.utils import timezone

from challenge.models import Probe
from challenge.scoring.statistics.estimates import Estimates
from challenge.services import probes, score_files, uncertainty
from challenge.tasks import estimate_probe, score_probe, sweep, tidy

pytestmark = pytest.mark.django_db


def rows_of_all_tables() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_right_scores_and_intervals(sent, carry_out, django_capture_on_commit_callbacks):
    path = Path(sent.file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = carry_out(sent)
    assert (done.status, done.problems) == (Probe.Status.DONE, [])
    assert done.time_to_intervals > done.time_to_scores
    assert not path.exists()


def test_it_adds_a_row_to_no_other_table(ground_truth, submit_and_score, team, sent, carry_out):
    """Boards, limits, exports, mails, digests, checks and releases read other tables, so none of them can show it."""
    submit_and_score(team)
    before = rows_of_all_tables()
    carry_out(sent)
    probes.send(by="a monitor")
    after = rows_of_all_tables()
    assert after.pop("challenge.Probe") == before.pop("challenge.Probe") + 1
    assert after == before
    assert not mail.outbox


def test_a_task_twice_changes_nothing(sent, carry_out):
    first = carry_out(sent)
    again = carry_out(Probe.objects.get(pk=sent.pk))
    assert (again.status, again.ended_at) == (first.status, first.ended_at)


def test_a_wrong_score_is_noticed(sent, carry_out, monkeypatch):
    evaluate = score_files.evaluate_predictions

    def with_a_small_error(*args):
        scores = evaluate(*args)
        wrong = replace(scores.datasets["octmnist"], auc=scores.datasets["octmnist"].auc + 1e-6)
        return replace(scores, datasets=scores.datasets | {"octmnist": wrong})

    monkeypatch.setattr(score_files, "evaluate_predictions", with_a_small_error)
    failed = carry_out(sent)
    assert failed.status == Probe.Status.FAILED
    (problem,) = failed.problems
    assert problem.startswith("octmnist, auc: the scorer found 0.")
    assert failed.scored_at is None


def test_wrong_intervals_are_noticed(sent, carry_out, monkeypatch):
    estimate = uncertainty.scores.estimate

    def with_small_errors(*args) -> Estimates:
        found = estimate(*args)
        errors = found.standard_errors["octmnist"] | {"accuracy": 1e-6}
        intervals = found.intervals["octmnist"] | {"auc": [0.0, 0.1]}
        return replace(
            found,
            intervals=found.intervals | {"octmnist": intervals},
            standard_errors=found.standard_errors | {"octmnist": errors},
        )

    monkeypatch.setattr(uncertainty.scores, "estimate", with_small_errors)
    failed = carry_out(sent)
    assert failed.status == Probe.Status.FAILED
    assert [problem.split(":")[0] for problem in failed.problems] == ["octmnist, auc", "octmnist"]
    assert failed.time_to_scores
    assert failed.time_to_intervals is None


def test_a_fault_ends_it_with_the_reason(sent, carry_out):
    Path(sent.file.path).unlink()
    failed = carry_out(sent)
    assert failed.status == Probe.Status.FAILED
    assert "No such file" in failed.problems[0]


@pytest.mark.parametrize("is_scored", [False, True])
def test_lost_work_is_done_later(sent, carry_out, is_scored):
    if is_scored:
        score_probe(sent.pk)
    Probe.objects.update(queued_at=timezone.now() - 2 * Probe.QUEUE_PATIENCE)
    assert probes.requeue_lost() == 1
    assert probes.requeue_lost() == 0
    assert carry_out(sent).status == Probe.Status.DONE


def test_a_worker_that_dies_each_time_is_noticed(sent):
    past = timezone.now() - 2 * Probe.LEASE
    Probe.objects.update(status=Probe.Status.RUNNING, claimed_at=past, attempts=Probe.MAX_ATTEMPTS)
    probes.requeue_lost()
    sent.refresh_from_db()
    assert (sent.status, sent.problems) == (Probe.Status.FAILED, [probes.LOST])


def test_the_sweep_deletes_old_ones_and_their_files(sent):
    path = Path(sent.file.path)
    sweep()
    tidy()
    assert path.exists()
    Probe.objects.update(asked_at=timezone.now() - Probe.KEPT)
    sweep()
    assert not Probe.objects.exists()
    assert not path.exists()


def test_a_deleted_row_is_no_work(sent):
    Probe.objects.all().delete()
    score_probe(sent.pk)
    estimate_probe(sent.pk)
    assert not Probe.objects.exists()
