"""Scoring again that fails: old scores stay with a note, and organizers are told."""

from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from challenge.models import Evaluation, Mail, ranked_ground_truth
from challenge.services import evaluations, history
from challenge.tests.pages import page_of
from challenge.tests.scored_again.steps import (
    activate,
    break_file,
    evaluation_of,
    give_up_intervals,
    ranked_submissions,
    work,
)

pytestmark = pytest.mark.django_db

NOTE = "Scoring again failed on"


def without_file(submission, monkeypatch):
    Path(submission.file.path).unlink()


def with_a_broken_file(submission, monkeypatch):
    break_file(submission)


def out_of_time(submission, monkeypatch):
    def stop(*arguments, **about):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(evaluations, "score_as", stop)


def by_our_fault(submission, monkeypatch):
    def fail(*arguments, **about):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(evaluations, "score_as", fail)


REASONS = pytest.mark.parametrize("reason", [without_file, with_a_broken_file, out_of_time, by_our_fault])


@REASONS
def test_after_other_labels_the_old_scores_stay_with_a_note(
    reason, submit_and_score, team, ground_truth, corrected, monkeypatch, as_user, client
):
    submission = submit_and_score(team)
    give_up_intervals()
    before = submission.evaluations.get().auc
    reason(submission, monkeypatch)
    activate(corrected)
    work()
    assert ranked_ground_truth() == corrected, "it is not waited for"
    assert evaluation_of(submission, ground_truth).auc == before
    assert list(Evaluation.objects.broken_again()) == [evaluation_of(submission, corrected)]

    page = page_of(as_user(team), submission.get_absolute_url())
    assert NOTE in page
    assert f"{before:.4f}" in page
    assert ">Failed<" not in page
    assert ">Failed<" not in page_of(as_user(team), "/profile/")
    public = page_of(client, submission.get_absolute_url())
    assert NOTE not in public
    assert "so this entry has no rank" in public
    assert ranked_submissions() == set(), "scores by other labels are not compared"
    submission.refresh_from_db()
    assert submission.counts_toward_limits
    assert Mail.objects.count() == 1


@REASONS
def test_asked_by_an_organizer_the_scores_and_the_rank_stay(
    reason, submit_and_score, team, organizer, monkeypatch, as_user
):
    submission = submit_and_score(team)
    before = submission.evaluations.values("auc", "scored_at").get()
    reason(submission, monkeypatch)
    evaluations.score_again([submission], by=organizer, reason="To be sure.")
    work()
    evaluation = submission.evaluations.get()
    assert {"auc": evaluation.auc, "scored_at": evaluation.scored_at} == before
    assert evaluation.status == Evaluation.Status.SCORED
    assert evaluation.dataset_scores.count() == 12
    assert list(Evaluation.objects.broken_again()) == [evaluation]
    assert ranked_submissions() == {submission}
    assert NOTE in page_of(as_user(organizer), submission.get_absolute_url())


def test_a_later_success_ends_the_note_and_brings_the_rank_back(
    submit_and_score, team, corrected, as_user, monkeypatch
):
    submission = submit_and_score(team)
    give_up_intervals()
    good = Path(submission.file.path).read_bytes()
    break_file(submission)
    activate(corrected)
    work()
    assert Evaluation.objects.broken_again().exists()
    Path(submission.file.path).write_bytes(good)
    evaluations.score_again([submission], by=history.COMMAND, reason="The file is back.")
    work()
    assert not Evaluation.objects.broken_again().exists()
    assert NOTE not in page_of(as_user(team), submission.get_absolute_url())
    assert ranked_submissions() == {submission}


def test_a_first_scoring_that_fails_is_a_failure(submit_and_score, team, as_user):
    submission = submit_and_score(team, content=b"nonsense")
    evaluation = submission.evaluations.get()
    assert evaluation.status == Evaluation.Status.FAILED
    assert not Evaluation.objects.broken_again().exists()
    assert "What is wrong with the file" in page_of(as_user(team), submission.get_absolute_url())
