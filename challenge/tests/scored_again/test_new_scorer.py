"""A new version of the scorer: the earlier one is gone with the update."""

import pytest
from django.urls import reverse

from challenge.models import Evaluation, HistoryLine, Versions, ranked_versions
from challenge.services import evaluations
from challenge.tests.pages import page_of
from challenge.tests.scored_again.steps import give_up_intervals, ranked_submissions, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def update(monkeypatch):
    """Install the next version of the scorer."""
    return lambda: monkeypatch.setattr("challenge.models.versions.SCORER_VERSION", "next")


def test_the_board_stays_until_all_have_scores_by_the_new_one(
    submit_and_score, team, other_team, update, ground_truth, client
):
    both = {submit_and_score(team), submit_and_score(other_team, skill=2.0)}
    give_up_intervals()
    update()
    assert ranked_versions() == Versions(ground_truth, "1")
    assert ranked_submissions() == both
    assert "0 of 2 entries have been scored again" in page_of(client, reverse("leaderboard"))
    assert evaluations.queue_missing_evaluations() == 2
    assert ranked_submissions() == both
    work()
    assert ranked_versions() == Versions(ground_truth, "next")
    assert ranked_submissions() == both


def test_a_new_entry_is_ranked_from_the_switch_on(submit_and_score, submit, team, other_team, update, client):
    old = submit_and_score(team)
    give_up_intervals()
    update()
    new = submit(other_team, skill=2.0)
    work()
    evaluation = new.evaluations.get()
    assert (evaluation.status, evaluation.scorer_version) == (Evaluation.Status.SCORED, "next")
    assert ranked_submissions() == {old}
    assert "is ranked when the other entries have been scored again" in page_of(
        client, new.get_absolute_url()
    )
    evaluations.queue_missing_evaluations()
    work()
    assert ranked_submissions() == {old, new}


def test_an_upload_that_waited_over_the_update_is_scored_by_the_new_one(submit, team, update):
    waiting = submit(team)
    update()
    work()
    evaluation = waiting.evaluations.get()
    assert (evaluation.status, evaluation.scorer_version) == (Evaluation.Status.SCORED, "next")
    assert ranked_submissions() == {waiting}


def test_scores_of_the_earlier_one_are_never_replaced_by_scores_of_the_new_one(
    submit_and_score, team, update
):
    submission = submit_and_score(team)
    give_up_intervals()
    before = submission.evaluations.values("auc", "scored_at", "scorer_version").get()
    evaluations.queue_evaluations([submission])
    update()
    evaluations.evaluate(submission.evaluations.get().pk)
    assert submission.evaluations.values("auc", "scored_at", "scorer_version").get() == before
    assert submission.evaluations.get().status == Evaluation.Status.SCORED


def test_a_changed_score_is_a_line_by_the_site(submit_and_score, team, update):
    submission = submit_and_score(team)
    give_up_intervals()
    submission.evaluations.update(auc=0.5)
    update()
    evaluations.queue_missing_evaluations()
    work()
    line = HistoryLine.objects.get(action="scores changed")
    assert (line.submission, line.actor_name, line.before["auc"]) == (submission, "the site", 0.5)
    assert line.reason == "Scored by scorer version next."
