"""Disqualification of submissions, and the way back."""

import pytest
from django.test import Client

from challenge.models import HistoryLine
from challenge.services import evaluations, submissions
from challenge.tests.admin.acts import REASON, SUBMISSIONS, act, board
from challenge.tests.pages import element, elements, page_of, text_of


def test_disqualifying_asks_for_the_reason_first(client, entry, team):
    submission = entry(team)
    text = act(client, "disqualify", submission).content.decode()
    assert elements(text, "[name=reason]")
    assert str(submission) in text
    submission.refresh_from_db()
    assert not submission.is_disqualified


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_without_a_reason_nobody_is_disqualified(reason, client, entry, team):
    submission = entry(team)
    text = act(client, "disqualify", submission, confirm="yes", reason=reason).content.decode()
    assert "This field is required." in text
    submission.refresh_from_db()
    assert not submission.is_disqualified


def test_a_disqualified_entry_leaves_the_ranking_and_public_view_and_comes_back(
    client, entry, team, other_team, as_user
):
    first, second = entry(team, 0.9), entry(other_team, 0.8)
    assert board() == [(1, first), (2, second)]
    response = act(client, "disqualify", first, confirm="yes", reason=REASON)
    assert f"{first} is disqualified." in response.content.decode()
    assert board() == [(1, second)]
    assert Client().get(first.get_absolute_url()).status_code == 404
    assert "Model 0.9" not in page_of(Client(), "/leaderboard/?resolution=28&entries=all")
    for page in ("/profile/", first.get_absolute_url()):
        assert "Trained on the &lt;test&gt; set." in page_of(as_user(team), page)

    response = act(client, "reinstate", first, confirm="yes", reason="A mistake of ours.")
    assert f"{first} is reinstated." in response.content.decode()
    assert board() == [(1, first), (2, second)]
    first.refresh_from_db()
    assert first.disqualification_reason == ""
    assert "Trained on" not in page_of(as_user(team), "/profile/")


def test_disqualifying_gives_no_submission_back(client, entry, team):
    submission = entry(team)
    quota = submissions.remaining_quota(team, submission.phase)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    assert submissions.remaining_quota(team, submission.phase) == quota


def test_a_disqualified_entry_that_is_scored_again_stays_out(client, submit_and_score, team):
    submission = submit_and_score(team)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    act(client, "score_again", submission, confirm="yes", reason=REASON)
    evaluations.evaluate(submission.evaluations.get().pk)
    assert board() == []
    assert Client().get(submission.get_absolute_url()).status_code == 404


def test_several_at_once(client, entry, team, other_team):
    rows = [entry(team, 0.9), entry(team, 0.8), entry(other_team, 0.7)]
    act(client, "disqualify", *rows[:2], confirm="yes", reason=REASON)
    assert board() == [(1, rows[2])]


def test_who_disqualified_and_why_is_written_down(client, entry, team, organizer):
    submission = entry(team)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    act(client, "reinstate", submission, confirm="yes", reason="A mistake of ours.")
    lines = [(line.actor, line.action, line.reason) for line in HistoryLine.objects.order_by("pk")]
    assert lines == [(organizer, "disqualified", REASON), (organizer, "reinstated", "A mistake of ours.")]
    page = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
    assert "A mistake of ours." in text_of(element(page, "#history-group"))
