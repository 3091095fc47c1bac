"""Mail to a team about the first outcome of a submission.

`services.mails` stores its state. A task claims the mail before sending it, so that two tasks do not send it twice.
"""

import logging
import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import rank_of
from challenge.models import Metric, Submission
from challenge.services import mails

logger = logging.getLogger(__name__)


def send_outcome_mail(submission_id: int) -> None:
    """Mail the team that its submission was scored (metrics, rank, link), or why it failed.

    A mail that cannot be sent now stays claimed, and is retried when the lease of the claim ends.
    """
    if mails.server_is_silent(submission_id):
        return
    claimed_at = mails.claim(submission_id)
    if claimed_at is None:
        return
    submission = Submission.objects.select_related("team").get(pk=submission_id)
    if not submission.team.email:
        mails.mark_undeliverable(submission_id, claimed_at)
        return
    subject, body = compose(submission)
    try:
        send_mail(subject, body, None, [submission.team.email])
    except smtplib.SMTPRecipientsRefused as error:
        logger.warning("The mail about submission %s was refused: %s", submission_id, error)
        if all(code >= 500 for code, _ in error.recipients.values()):  # permanent, not temporary
            mails.mark_undeliverable(submission_id, claimed_at)
    except OSError:  # includes smtplib's other errors
        logger.exception("The mail about submission %s could not be sent yet.", submission_id)
    else:
        mails.mark_sent(submission_id)


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
        "about_url": f"{settings.SITE_URL}/about/",
    }
    outcome = "scored" if scored else f"could not be scored: {evaluation.get_failure_display()}"
    template = "challenge/mail/scored.txt" if scored else "challenge/mail/failed.txt"
    return f"[BIG benchmark] Submission #{submission.pk} {outcome}", render_to_string(template, context)
