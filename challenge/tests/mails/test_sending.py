"""Mail to a team: sent once, and again later if the mail server is down."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.models import Team
from challenge.models import Mail
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths, mails
from challenge.tests.mails.sent import send_mails


def test_it_is_sent_once(team, submit_and_score):
    submission = submit_and_score(team)
    for _ in range(3):
        send_mails(submission)
    assert len(mail.outbox) == 1


def test_nothing_is_sent_before_the_outcome(team, submit):
    send_mails(submit(team))
    assert mail.outbox == []


def test_a_team_without_an_address_is_not_waited_for(team, submit_and_score):
    submission = submit_and_score(team)
    Team.objects.update(email=None)
    send_mails(submission)
    assert mail.outbox == []
    assert not Mail.objects.pending().exists()
    assert mails.requeue_lost(timezone.now() + 2 * Mail.LEASE) == 0


def test_two_first_outcomes_at_once_are_reported_in_one_mail(team, submit):
    """A submission is scored against other labels before its first scoring has ended."""
    submission = submit(team)
    other = ground_truths.store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS, seed=1), name="Other")
    first = submission.evaluations.get()
    second = submission.evaluations.create(ground_truth=other, scorer_version=first.scorer_version)

    def score_second_first(*arguments, **about):
        monkeypatch.undo()
        evaluations.evaluate(second.pk)
        return evaluations.score_as(*arguments, **about)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(evaluations, "score_as", score_second_first)
        evaluations.evaluate(first.pk)
    assert submission.evaluations.scored().count() == 2
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    "fault", [ConnectionRefusedError, smtplib.SMTPServerDisconnected("gone"), TimeoutError]
)
def test_a_mail_server_that_is_down_delays_the_mail(team, submit_and_score, monkeypatch, fault):
    submission = submit_and_score(team)

    def fail(*args, **kwargs):
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", fail)
        send_mails(submission)
    assert mail.outbox == []
    later = timezone.now() + Mail.LEASE + timedelta(seconds=1)
    assert mails.requeue_lost(later) == 1
    send_mails(submission)
    assert len(mail.outbox) == 1


def test_a_mail_whose_message_was_lost_is_found_by_the_sweep(team, submit_and_score):
    submit_and_score(team)
    now = timezone.now()
    assert mails.requeue_lost(now) == 0
    assert mails.requeue_lost(now + Mail.QUEUE_PATIENCE * 2) == 1
    assert mails.requeue_lost(now + Mail.GIVE_UP_AFTER * 2) == 0
