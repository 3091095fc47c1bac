"""State of the mails to teams: jobs like scorings, so that a mail server that is down only delays mails.

A mail is sent at least once: if a server breaks the connection, nobody knows whether it has delivered the mail.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Team
from challenge.models import Evaluation, Mail, MailQuerySet, Submission
from challenge.services import queue
from challenge.services.jobs import requeue_stuck

PAUSE = timedelta(minutes=1)  # after a mail server was silent, do not wait for it again: scoring comes first
SLOW = timedelta(seconds=5)  # if another task takes longer for a mail, the server does not answer

SCORED, SCORED_AFTER_FAULT, FAULT = "scored", "scored_after_fault", "fault_of_ours"
#: Text of the mail about an outcome, by the cause of the failure.
OUTCOMES = {
    "": SCORED,
    Evaluation.Failure.FILE: "errors_in_file",
    Evaluation.Failure.TIME: "too_slow",
    Evaluation.Failure.SITE: FAULT,
}
ABOUT_OUTCOMES = (*OUTCOMES.values(), SCORED_AFTER_FAULT)


def mail_team(
    team: Team,
    name: str,
    context: Mapping[str, object] | None = None,
    *,
    submission: Submission | None = None,
    address: str = "",
) -> None:
    """Queue a mail to a team, in the transaction of the act that it reports; a worker sends it after the commit.

    Args:
        team: the team.
        name: name of the text, `templates/mails/<name>.txt`.
        context: values of the text, as JSON can keep them. `team_name` replaces the team's name at the time of sending.
        submission: the submission that the mail is about; a mail that waits is deleted together with it.
        address: address in place of the team's address at the time of sending, for an account that changes or closes.

    """
    mail = Mail.objects.create(
        team=team, name=name, context=dict(context or {}), submission=submission, address=address
    )
    queue.enqueue_mail(mail.pk)


def mail_outcome(evaluation: Evaluation, *, is_first: bool) -> None:
    """Queue the mail about the first outcome of a submission, or about the outcome that follows a fault of ours."""
    submission = evaluation.submission
    name = OUTCOMES[evaluation.failure]
    if not is_first:
        last = Mail.objects.filter(submission=submission, name__in=ABOUT_OUTCOMES).order_by("-pk").first()
        if last is None or last.name != FAULT or name == FAULT:
            return
        name = SCORED_AFTER_FAULT if name == SCORED else name
    mail_team(submission.team, name, {"evaluation": evaluation.pk}, submission=submission)


def claim(mail_id: int) -> datetime | None:
    """Claim a mail for this task, and return the time of the claim; None if it is not queued."""
    return Mail.objects.filter(pk=mail_id).claim()


def mark_sent(mail_id: int) -> None:
    """Record that the mail was sent, even if another task has taken it over."""
    _end(Mail.objects.filter(pk=mail_id), Mail.Status.SENT, sent_at=timezone.now())


def mark_undeliverable(mail_id: int, claimed_at: datetime) -> None:
    """Record that no attempt will succeed, unless another task has taken the mail over."""
    _end(Mail.objects.filter(pk=mail_id).held(claimed_at), Mail.Status.FAILED)


def mark_obsolete(mail_id: int, claimed_at: datetime) -> None:
    """Record that the mail is not true any more, unless another task has taken it over."""
    _end(Mail.objects.filter(pk=mail_id).held(claimed_at), Mail.Status.OBSOLETE)


def server_is_silent(mail_id: int) -> bool:
    """Return whether another mail was tried a moment ago and is still not sent."""
    now = timezone.now()
    tried = Mail.objects.filter(status=Mail.Status.SENDING, claimed_at__range=(now - PAUSE, now - SLOW))
    return tried.exclude(pk=mail_id).exists()


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue mails again whose message, worker or server was lost; return their number. Old mails are given up."""
    now = now or timezone.now()
    too_old = Mail.objects.pending().filter(created_at__lte=now - Mail.GIVE_UP_AFTER)
    _end(too_old, Mail.Status.FAILED)
    return requeue_stuck(Mail.objects.recent(now), enqueue=lambda lost: queue.enqueue_mail(lost.pk), now=now)


def _end(mails: MailQuerySet, status: str, **values: object) -> None:
    """Set the last state of mails, and forget their addresses and values."""
    mails.update(status=status, address="", context={}, **values)
