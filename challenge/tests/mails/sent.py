"""Mails of tests: send those that are queued, and read what is said about a submission."""

from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from challenge.models import Mail, Submission
from challenge.notifications.sending import send
from challenge.notifications.texts import message_of


def send_mails(submission: Submission | None = None) -> list[Any]:
    """Send all mails that are queued, or those about a submission; return what was sent."""
    before = len(mail.outbox)
    chosen = Mail.objects.all() if submission is None else Mail.objects.filter(submission=submission)
    for pk in chosen.order_by("pk").values_list("pk", flat=True):
        send(pk)
    return mail.outbox[before:]


def last_mail(submission: Submission) -> Mail:
    """Return the last mail about a submission."""
    return submission.mails.order_by("-pk")[0]


def message_about(submission: Submission) -> EmailMultiAlternatives:
    """Return the message of the last mail about a submission, which waits."""
    return message_of(last_mail(submission), "team@example.org")
