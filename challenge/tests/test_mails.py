"""Mail about an outcome: its content, and that it is sent once."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Team
from challenge import notifications
from challenge.models import OutcomeMail
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths, mails


def test_a_scored_submission_mails_metrics_rank_and_link(team, submit_and_score):
    call_command("import_reported_baselines", verbosity=0)
    submission = submit_and_score(team, model_name="ResNet <18>")
    notifications.send_outcome_mail(submission.pk)
    (sent,) = mail.outbox
    evaluation = submission.evaluations.get()
    assert sent.to == [team.email]
    assert sent.subject == f"[BIG benchmark] Submission #{submission.pk} scored"
    assert '"ResNet <18>" at 28 × 28' in sent.body
    assert f"{evaluation.auc:.4f}" in sent.body
    assert "Rank by AUC at this resolution: " in sent.body
    assert f"http://testserver/submissions/{submission.pk}/" in sent.body
    assert "demo data" in sent.body


def test_a_failed_submission_mails_the_reasons(team, submit_and_score):
    submission = submit_and_score(team, content=b"dataset,index,p0\n")
    notifications.send_outcome_mail(submission.pk)
    (sent,) = mail.outbox
    assert sent.subject.endswith(f"Submission #{submission.pk} could not be scored: errors in the file")
    assert "The file has errors:" in sent.body
    for problem in submission.evaluations.get().problems:
        assert problem in sent.body
    assert "It does not count towards your limits." in sent.body


def test_it_is_sent_once(team, submit_and_score):
    submission = submit_and_score(team)
    for _ in range(3):
        notifications.send_outcome_mail(submission.pk)
    assert len(mail.outbox) == 1


def test_nothing_is_sent_before_the_outcome(team, submit):
    notifications.send_outcome_mail(submit(team).pk)
    assert mail.outbox == []


def test_a_team_without_an_address_is_not_waited_for(team, submit_and_score):
    submission = submit_and_score(team)
    Team.objects.update(email=None)
    notifications.send_outcome_mail(submission.pk)
    assert mail.outbox == []
    assert not OutcomeMail.objects.pending().exists()
    assert mails.requeue_lost(timezone.now() + 2 * OutcomeMail.LEASE) == 0


def test_two_first_outcomes_at_once_are_reported_in_one_mail(team, submit):
    """A submission is scored against other labels before its first scoring has ended."""
    submission = submit(team)
    other = ground_truths.store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS, seed=1), name="Other")
    evaluations.queue_evaluations([submission])
    first, second = submission.evaluations.order_by("pk")
    assert second.ground_truth == other

    def score_second_first(*arguments):
        monkeypatch.undo()
        evaluations.evaluate(second.pk)
        return evaluations.score_file(*arguments)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(evaluations, "score_file", score_second_first)
        evaluations.evaluate(first.pk)
    assert submission.evaluations.scored().count() == 2
    assert OutcomeMail.objects.count() == 1


@pytest.mark.parametrize(
    "fault", [ConnectionRefusedError, smtplib.SMTPServerDisconnected("gone"), TimeoutError]
)
def test_a_mail_server_that_is_down_delays_the_mail(team, submit_and_score, monkeypatch, fault):
    submission = submit_and_score(team)

    def fail(*args, **kwargs):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(notifications, "send_mail", fail)
        notifications.send_outcome_mail(submission.pk)
    assert mail.outbox == []
    later = timezone.now() + OutcomeMail.LEASE + timedelta(seconds=1)
    assert mails.requeue_lost(later) == 1
    notifications.send_outcome_mail(submission.pk)
    assert len(mail.outbox) == 1


def test_a_mail_whose_message_was_lost_is_found_by_the_sweep(team, submit_and_score):
    submit_and_score(team)
    now = timezone.now()
    assert mails.requeue_lost(now) == 0
    assert mails.requeue_lost(now + OutcomeMail.QUEUE_PATIENCE * 2) == 1
    assert mails.requeue_lost(now + OutcomeMail.GIVE_UP_AFTER * 2) == 0
