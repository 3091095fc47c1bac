"""Submissions that organizers have scored again."""

from django.test import Client

from challenge.models import Evaluation, GroundTruth, HistoryLine, RankedVersions
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.services import evaluations, submissions
from challenge.tests.admin.acts import act, board

ASKED = {"confirm": "yes", "reason": "To be sure."}


def test_a_reason_is_asked_for_first(client, submit_and_score, team, organizer):
    submission = submit_and_score(team)
    page = act(client, "score_again", submission).content.decode()
    assert "Their scores stay until there are new scores" in page
    act(client, "score_again", submission, confirm="yes", reason="")
    assert submission.evaluations.get().status == Evaluation.Status.SCORED
    act(client, "score_again", submission, **ASKED)
    line = HistoryLine.objects.get(actor=organizer)
    assert (line.action, line.actor, line.submission) == ("had it scored again", organizer, submission)
    assert line.reason == "To be sure."


def test_scores_stay_until_they_are_replaced_and_no_limit_is_touched(client, submit_and_score, team):
    submission = submit_and_score(team)
    score = submission.evaluations.get().auc
    quota = submissions.remaining_quota(team, submission.phase)
    response = act(client, "score_again", submission, **ASKED)
    assert f"{submission} is being scored again." in response.content.decode()
    waiting = submission.evaluations.get()
    assert waiting.status == Evaluation.Status.QUEUED
    assert waiting.auc == score
    assert board() == [(1, submission)]
    assert Client().get(submission.get_absolute_url()).status_code == 200
    evaluations.evaluate(waiting.pk)
    again = submission.evaluations.get()
    assert (again.status, again.auc) == (Evaluation.Status.SCORED, score)
    assert submissions.remaining_quota(team, submission.phase) == quota


def test_a_failed_submission_is_scored_again_for_free(client, some, other_team):
    quota = submissions.remaining_quota(other_team, some["failed"].phase)
    act(client, "score_again", some["failed"], **ASKED)
    assert some["failed"].evaluations.get().status == Evaluation.Status.QUEUED
    assert submissions.remaining_quota(other_team, some["failed"].phase) == quota


def test_without_an_active_ground_truth_scoring_again_says_why_not(client, entry, team):
    submission = entry(team)
    GroundTruth.objects.update(activated_at=None)
    RankedVersions.objects.all().delete()
    response = act(client, "score_again", submission, **ASKED)
    assert "No test labels are active" in response.content.decode()
    assert submission.evaluations.get().status == Evaluation.Status.SCORED


def test_the_scorer_version_of_the_site_is_the_one_that_is_ranked(entry, team):
    submission = entry(team)
    assert board() == [(1, submission)]
    submission.evaluations.update(scorer_version=f"not {SCORER_VERSION}")
    assert board() == []
