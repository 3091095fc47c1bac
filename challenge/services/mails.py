"""State of the mails about first outcomes: jobs like scorings, so that a mail server that is down only delays mails.

A mail is sent at least once: if a server breaks the connection, nobody knows whether it has delivered the mail.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from challenge.models import OutcomeMail
from challenge.services import queue
from challenge.services.jobs import requeue_stuck

PAUSE = timedelta(minutes=1)  # after a mail server was silent, do not wait for it again: scoring comes first
SLOW = timedelta(seconds=5)  # if another task takes longer for a mail, the server does not answer


def queue_mail(submission_id: int) -> None:
    """Queue the mail about the first outcome of a submission."""
    OutcomeMail.objects.create(submission_id=submission_id)
    queue.enqueue_mail(submission_id)


def claim(submission_id: int) -> datetime | None:
    """Claim the mail about a submission for this task, and return the time of the claim; None if it is not queued."""
    return OutcomeMail.objects.filter(submission=submission_id).claim()


def mark_sent(submission_id: int) -> None:
    """Record that the mail was sent, even if another task has taken it over."""
    mail = OutcomeMail.objects.filter(submission=submission_id)
    mail.update(status=OutcomeMail.Status.SENT, sent_at=timezone.now())


def mark_undeliverable(submission_id: int, claimed_at: datetime) -> None:
    """Record that no attempt will succeed, unless another task has taken the mail over."""
    mail = OutcomeMail.objects.filter(submission=submission_id)
    mail.held(claimed_at).update(status=OutcomeMail.Status.FAILED)


def server_is_silent(submission_id: int) -> bool:
    """Return whether another mail was tried a moment ago and is still not sent."""
    now = timezone.now()
    tried = OutcomeMail.objects.filter(
        status=OutcomeMail.Status.SENDING, claimed_at__range=(now - PAUSE, now - SLOW)
    )
    return tried.exclude(submission=submission_id).exists()


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue mails again whose message, worker or server was lost; return their number."""
    now = now or timezone.now()
    return requeue_stuck(
        OutcomeMail.objects.recent(now), enqueue=lambda lost: queue.enqueue_mail(lost.submission_id), now=now
    )
