"""Scores that changed: each team gets one mail, and the page and the JSON of the entry show old, new and the reason."""

import pytest
from django.urls import reverse

from challenge.models import Evaluation, Mail, Uncertainty
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import entries, evaluations
from challenge.services.mails import requeue_lost
from challenge.services.score_changes import TOLD
from challenge.services.teams import lock_team
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import element, elements, page_of, rows_of, text_of
from challenge.tests.scored_again.steps import REASON, activate, evaluation_of, give_up_intervals, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(submit_and_score, team, other_team) -> list:
    made = [
        submit_and_score(who, skill=skill) for who, skill in ((team, 0.5), (team, 1.0), (other_team, 2.0))
    ]
    give_up_intervals()
    send_mails()
    return made


def told() -> list[Mail]:
    return list(Mail.objects.filter(name=TOLD).order_by("pk"))


def test_each_team_gets_one_mail_at_the_switch(three, corrected, team, other_team):
    activate(corrected)
    for submission in three[:2]:
        evaluations.evaluate(evaluation_of(submission, corrected).pk)
        give_up_intervals()
        assert told() == [], "readers still see the old scores"
    work()
    work()
    assert {mail.team for mail in told()} == {team, other_team}
    assert len(told()) == 2
    first, second = send_mails()
    assert (first.to, second.to) == (["alpha@example.org"], ["beta@example.org"])
    assert first.subject.endswith("Changed scores of 2 of your submissions")
    assert second.subject.endswith("Changed scores of your submission")
    for submission in three[:2]:
        old, new = (
            submission.evaluations.get(ground_truth__name=name).auc
            for name in ("Demo labels", "Corrected labels")
        )
        assert f'#{submission.pk} "{submission.model_name}" at 28 pixels' in first.body
        assert f"AUC: {old:.6f} before, {new:.6f} now" in first.body
    assert f"#{three[2].pk}" not in first.body
    assert f"Reason: Activated the labels: {REASON}" in first.body
    assert "Scored now by: Corrected labels" in first.body


def test_the_sweep_sends_the_messages(three, corrected, monkeypatch):
    activate(corrected)
    work()
    Mail.objects.update(queued_at="2020-01-01T00:00:00Z")
    assert requeue_lost() == 2


def test_a_team_whose_scores_stay_gets_no_mail(three, corrected):
    activate(corrected)
    for submission in three[:2]:
        work(submission=submission)
    stays = evaluation_of(three[2], corrected)
    means = Evaluation.objects.filter(submission=three[2]).exclude(pk=stays.pk).values(*METRICS)[0]
    Evaluation.objects.filter(pk=stays.pk).update(status="scored", scored_at="2026-01-01T00:00:00Z", **means)
    Uncertainty.objects.create(evaluation=stays)
    give_up_intervals()
    assert [mail.team for mail in told()] == [three[0].team]


def test_a_scoring_of_one_entry_with_another_outcome(three, organizer):
    three[0].evaluations.update(auc=0.5)
    evaluations.score_again([three[0]], by=organizer, reason="The score looks odd.")
    work()
    (mail,) = told()
    assert mail.context["entries"][0]["means"] == [["AUC", 0.5, three[0].evaluations.get().auc]]
    evaluations.score_again([three[0]], by=organizer, reason="To be sure.")
    work()
    assert told() == [mail]


def test_a_closed_account_gets_no_mail(three, corrected, team):
    lock_team(team.pk)
    type(team).objects.filter(pk=team.pk).update(email=None)
    activate(corrected)
    work()
    assert [mail.team for mail in told()] == [three[2].team]


def test_the_page_of_the_entry_shows_old_and_new_with_the_reason(three, corrected, client):
    submission = three[0]
    assert not elements(page_of(client, submission.get_absolute_url()), "#score-changes-title")
    activate(corrected)
    work()
    page = page_of(client, submission.get_absolute_url())
    table = element(page, "table.score-change")
    old, new = (
        submission.evaluations.get(ground_truth__name=name).auc
        for name in ("Demo labels", "Corrected labels")
    )
    (auc,) = [row for row in rows_of(table) if row[0] == "AUC"]
    assert auc[1:3] == [f"{old:.4f}", f"{new:.4f}"]
    assert float(auc[3].replace("\N{MINUS SIGN}", "-"))
    assert text_of(element(page, ".score-change-about")).endswith(f"Activated the labels: {REASON}")
    assert f"After: {corrected}, scorer version 1." in page
    assert "manage.py" not in text_of(element(page, "main")), "who did it is for the organizers"


def test_the_json_has_the_same(three, corrected, client):
    activate(corrected)
    work()
    document = client.get(reverse("submission_json", args=[three[0].pk])).json()
    (change,) = document["score_changes"]
    assert change["reason"] == f"Activated the labels: {REASON}"
    assert change["means"]["AUC"]["after"] == document["average"]["auc"]
    assert change["day"].endswith("T00:00:00Z")


def test_others_do_not_see_the_changes_of_a_withdrawn_entry(three, corrected, client, as_user, team):
    activate(corrected)
    work()
    entries.withdraw(three[0], delete_file=False)
    assert "score-changes-title" not in page_of(client, three[0].get_absolute_url())
    assert "score-changes-title" in page_of(as_user(team), three[0].get_absolute_url())
