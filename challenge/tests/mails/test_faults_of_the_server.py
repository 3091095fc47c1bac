"""Faults of the mail server: scoring continues, and each mail is sent in the end."""

import socketserver
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F

from challenge.models import Evaluation, Mail, Submission
from challenge.notifications.sending import send
from challenge.services import mails
from challenge.tests.mails.sent import last_mail, send_mails
from challenge.tests.processes import in_parallel, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class MailServer(socketserver.ThreadingTCPServer):
    """An SMTP server that stores the mails it receives, and misbehaves in a chosen manner."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0, *, manner: str = "good") -> None:
        super().__init__(("127.0.0.1", port), MailConversation)
        self.manner = manner
        self.messages: list[str] = []
        self.conversations = 0
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class MailConversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.conversations += 1
        if self.server.manner == "silent":
            time.sleep(1)  # longer than the time-out of the tests
            return
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            if not self.answer(line.strip().upper()):
                return

    def answer(self, command: bytes) -> bool:
        """Answer a command; return False to end the conversation."""
        reply = b"250 fine"
        if command.startswith(b"RCPT") and self.server.manner == "refuses for good":
            reply = b"550 no such user"
        if command.startswith(b"RCPT") and self.server.manner == "refuses for now":
            reply = b"450 try again later"
        if command == b"DATA":
            self.wfile.write(b"354 go on\r\n")
            self.server.messages.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            if self.server.manner == "dies after taking a mail":
                return False
        self.wfile.write(reply + b"\r\n")
        return command != b"QUIT"


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.5
    yield server
    server.close()


def let_time_pass(span: timedelta) -> None:
    """Move the times of all mails back."""
    Mail.objects.update(
        created_at=F("created_at") - span, queued_at=F("queued_at") - span, claimed_at=F("claimed_at") - span
    )


def is_mailed(submission: Submission) -> bool:
    return Mail.objects.get(submission=submission).sent_at is not None


def test_a_server_that_is_down_delays_the_mail_only(mail_server, submit_and_score, team, settings):
    mail_server.close()
    submission = submit_and_score(team)
    assert submission.evaluations.get().status == Evaluation.Status.SCORED
    send_mails(submission)
    assert not is_mailed(submission)
    assert mails.requeue_lost() == 0  # not yet

    back = MailServer(settings.EMAIL_PORT)
    send_mails(submission)  # the mail is not tried again so soon
    assert not back.messages
    let_time_pass(Mail.LEASE + timedelta(seconds=1))
    assert mails.requeue_lost() == 1
    send_mails(submission)
    assert is_mailed(submission)
    send_mails(submission)
    assert mails.requeue_lost() == 0
    back.close()
    assert len(back.messages) == 1
    assert "Subject: Scored: AUC " in back.messages[0]


def test_tasks_at_once_send_one_mail(mail_server, submit_and_score, team):
    submission = submit_and_score(team)
    in_parallel([partial(send, last_mail(submission).pk)] * 5)
    assert is_mailed(submission)
    assert len(mail_server.messages) == 1


def test_retries_at_once_send_one_mail(mail_server, submit_and_score, team):
    submission = submit_and_score(team)
    assert mails.claim(last_mail(submission).pk)
    let_time_pass(2 * Mail.LEASE)
    assert mails.requeue_lost() == 1
    in_parallel([partial(send, last_mail(submission).pk)] * 5)
    assert is_mailed(submission)
    assert len(mail_server.messages) == 1


def test_a_mail_whose_sending_was_cut_off_is_sent_again(mail_server, submit_and_score, team):
    """Mails are sent at least once, not at most once: a server may have died before or after delivery."""
    mail_server.manner = "dies after taking a mail"
    submission = submit_and_score(team)
    send_mails(submission)
    assert not is_mailed(submission)
    mail_server.manner = "good"
    let_time_pass(Mail.LEASE + timedelta(seconds=1))
    assert mails.requeue_lost() == 1
    send_mails(submission)
    assert is_mailed(submission)
    assert len(mail_server.messages) == 2


def test_a_server_that_does_not_answer_is_not_waited_for_again_and_again(
    mail_server, submit_and_score, team, other_team
):
    mail_server.manner = "silent"
    first, second = submit_and_score(team), submit_and_score(other_team)
    send_mails(first)
    let_time_pass(mails.SLOW)
    send_mails(second)
    assert mail_server.conversations == 1
    assert Mail.objects.get(submission=second).claimed_at is None

    mail_server.manner = "good"
    let_time_pass(mails.PAUSE)
    send_mails(second)
    assert is_mailed(second)
    assert not is_mailed(first)


def test_an_address_that_is_refused_for_good_is_left_alone(mail_server, submit_and_score, team):
    mail_server.manner = "refuses for good"
    submission = submit_and_score(team)
    send_mails(submission)
    let_time_pass(2 * Mail.LEASE)
    assert mails.requeue_lost() == 0
    send_mails(submission)
    assert mail_server.conversations == 1
    assert last_mail(submission).status == Mail.Status.FAILED
    assert not is_mailed(submission)


def test_an_address_that_is_refused_for_now_is_tried_again(mail_server, submit_and_score, team):
    mail_server.manner = "refuses for now"
    submission = submit_and_score(team)
    send_mails(submission)
    assert not is_mailed(submission)
    mail_server.manner = "good"
    let_time_pass(Mail.LEASE + timedelta(seconds=1))
    assert mails.requeue_lost() == 1
    send_mails(submission)
    assert len(mail_server.messages) == 1


def test_a_task_that_slept_through_its_lease_does_not_end_the_mail_of_another(submit_and_score, team):
    submission = submit_and_score(team)
    slept = mails.claim(last_mail(submission).pk)
    assert slept
    let_time_pass(2 * Mail.LEASE)
    mails.requeue_lost()
    assert mails.claim(last_mail(submission).pk)
    mails.mark_undeliverable(last_mail(submission).pk, slept)
    assert last_mail(submission).status == Mail.Status.SENDING


def test_after_three_days_a_mail_is_given_up(mail_server, submit_and_score, team):
    mail_server.close()
    submission = submit_and_score(team)
    send_mails(submission)
    let_time_pass(Mail.GIVE_UP_AFTER)
    assert mails.requeue_lost() == 0


@pytest.mark.parametrize("manner", ["down", "silent"])
def test_a_real_worker_scores_on(manner, start_worker, send_to, submit, team, other_team):
    server = MailServer(manner=manner)
    if manner == "down":
        server.close()
    worker = start_worker(EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
    send_to(worker)
    submissions = [submit(team), submit(other_team)]
    scored = Evaluation.objects.scored()
    wait_until(lambda: scored.count() == 2, explain=worker.last_words)
    wait_until(lambda: worker.log.read_text().count("could not be sent yet") == 2, explain=worker.last_words)
    assert not any(is_mailed(submission) for submission in submissions)

    if manner == "down":
        server = MailServer(server.port)
    server.manner = "good"
    let_time_pass(Mail.LEASE + timedelta(seconds=1))
    assert mails.requeue_lost() == 2
    wait_until(lambda: all(is_mailed(submission) for submission in submissions), explain=worker.last_words)
    server.close()
    assert len(server.messages) == 2
    for submission in submissions:
        assert any(f"(#{submission.pk})\r\n" in mail for mail in server.messages)
