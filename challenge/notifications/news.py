"""Mails with news, sent in portions: `services.news` keeps the state of each mail."""

import logging
import smtplib
import time
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.models import Team
from bigsite.mails import compose
from challenge.access import news_token
from challenge.models import News, NewsMail, NewsReader
from challenge.services import news as services

logger = logging.getLogger(__name__)

#: Mails of one task: the worker then takes other work, and the sweep sends the message for the next portion.
PORTION = 50
#: A task takes no other mail after this many seconds, far below the time limit of tasks.
SECONDS = 30


def send_portion() -> None:
    """Send the mails that have waited longest, until the server fails or the portion is complete.

    A mail that cannot be sent now stays claimed, and is retried when the lease of the claim ends.
    """
    if services.server_is_silent():
        return
    end = time.monotonic() + SECONDS
    for _ in range(PORTION):
        claimed = services.claim_next() if time.monotonic() < end else None
        if claimed is None or not _send(*claimed):
            return


def message_of(news: News, team: Team, address: str) -> EmailMessage:
    """Return the mail with a piece of news to one team."""
    stop = settings.SITE_URL + reverse("stop_news_mails", args=[news_token(team)])
    context = {"team_name": str(team), "news": news, "news_url": settings.SITE_URL + news.get_absolute_url()}
    return compose("news", context, to=address, unsubscribe_url=stop)


def _send(mail: NewsMail, claimed_at: datetime) -> bool:
    """Send a claimed mail; return false if the server does not work, so that others wait."""
    team = mail.team
    if not (team.email and NewsReader.objects.filter(team=team).exists()):
        services.mark_unsent(mail, claimed_at, NewsMail.Status.UNWANTED)
        return True
    try:
        message_of(mail.news, team, team.email).send()
    except smtplib.SMTPRecipientsRefused as error:
        logger.warning("Mail with news to team %s was refused: %s", team.pk, error)
        if all(code >= 500 for code, _ in error.recipients.values()):  # permanent, not temporary
            services.mark_unsent(mail, claimed_at, NewsMail.Status.FAILED)
        return True
    except OSError:  # includes smtplib's other errors
        logger.exception("Mails with news could not be sent yet.")
        return False
    services.mark_sent(mail)
    return True
