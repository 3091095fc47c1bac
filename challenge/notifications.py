"""Mail to a team about the first outcome of a submission.

What is to be sent stands in the database, so that a mail server that is down delays a mail and never
touches the scoring. A mail is claimed before it is sent, so that two tasks do not send it twice.
"""

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import rank_of
from challenge.models import Metric, Submission
from challenge.services import queue

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)  # a due mail that nobody claimed: its message was lost
RETRY_AFTER = timedelta(minutes=5)  # a claimed mail that was not sent: the mail server was down
GIVE_UP_AFTER = timedelta(days=3)
PAUSE = timedelta(minutes=1)  # a mail server that is silent is not waited for again: scoring comes first
SLOW = timedelta(seconds=5)  # a mail in the hands of another task for longer: the server does not answer


def send_outcome_mail(submission_id: int) -> None:
    """Tell the team that its submission was scored (metrics, rank, link) or why it failed."""
    if _server_is_silent(submission_id) or not _claim(submission_id):
        return
    submission = Submission.objects.select_related("team").get(pk=submission_id)
    if submission.team.email:
        subject, body = compose(submission)
        try:
            send_mail(subject, body, None, [submission.team.email])
        except smtplib.SMTPRecipientsRefused as error:
            logger.warning("The mail about submission %s was refused: %s", submission_id, error)
            if any(code < 500 for code, _ in error.recipients.values()):  # for now, not for good
                return
        except OSError:  # smtplib's other errors are among them
            logger.exception("The mail about submission %s could not be sent yet.", submission_id)
            return
    Submission.objects.filter(pk=submission_id).update(mailed_at=timezone.now())


def compose(submission: Submission) -> tuple[str, str]:
    """Return the subject and the text of the mail."""
    evaluation = submission.evaluations.select_related("ground_truth").earliest("created_at", "pk")
    scored = evaluation.scored_at is not None
    rank, entries = rank_of(submission, Metric.AUC, evaluation.ground_truth) if scored else (None, 0)
    context = {
        "submission": submission,
        "evaluation": evaluation,
        "rank": rank,
        "entries": entries,
        "metrics": [(Metric(m).label, getattr(evaluation, m)) for m in Metric.values],
        "submission_url": settings.SITE_URL + submission.get_absolute_url(),
        "leaderboard_url": f"{settings.SITE_URL}/leaderboard/"
        + f"?{Filters(submission.resolution, all_entries=True).parameters.urlencode()}",
        "profile_url": f"{settings.SITE_URL}/profile/",
    }
    outcome = "scored" if scored else "failed"
    return f"[BIG benchmark] Submission #{submission.pk} {outcome}", render_to_string(
        f"challenge/mail/{outcome}.txt", context
    )


def requeue_lost_mails(now: datetime | None = None) -> int:
    """Enqueue the mails that are due and were not sent, because a message, a worker or a server was lost."""
    lost = _unsent(now or timezone.now()).values_list("pk", flat=True)
    for submission_id in lost:
        queue.enqueue_mail(submission_id)
    return len(lost)


def _unsent(now: datetime) -> QuerySet[Submission]:
    never_claimed = Q(mail_claimed_at__isnull=True, mail_due_at__lt=now - PATIENCE)
    not_sent = Q(mail_claimed_at__lt=now - RETRY_AFTER)
    due = Submission.objects.filter(mailed_at__isnull=True, mail_due_at__gt=now - GIVE_UP_AFTER)
    return due.filter(never_claimed | not_sent)


def _server_is_silent(submission_id: int) -> bool:
    """Whether another mail was tried a moment ago, and is still not sent."""
    now = timezone.now()
    tried = Submission.objects.filter(
        mailed_at__isnull=True, mail_claimed_at__range=(now - PAUSE, now - SLOW)
    )
    return tried.exclude(pk=submission_id).exists()


def _claim(submission_id: int) -> bool:
    """Reserve the mail for this task; false where it is not due, was sent, or another task holds it."""
    now = timezone.now()
    free = Q(mail_claimed_at__isnull=True) | Q(mail_claimed_at__lt=now - RETRY_AFTER)
    due = Submission.objects.filter(free, pk=submission_id, mail_due_at__isnull=False, mailed_at__isnull=True)
    return due.update(mail_claimed_at=now) == 1
