"""Sending of mails to teams.

`services.mails` stores their state. A task claims a mail before sending it, so that two tasks do not send it twice.
"""

import logging
import smtplib
from datetime import datetime

from django.core.mail import EmailMessage

from challenge.models import Mail
from challenge.notifications.texts import is_obsolete, message_of
from challenge.services import mails

logger = logging.getLogger(__name__)


def send(mail_id: int) -> None:
    """Send a mail that is queued.

    A mail that cannot be sent now stays claimed, and is retried when the lease of the claim ends.
    """
    if mails.server_is_silent(mail_id):
        return
    claimed_at = mails.claim(mail_id)
    mail = Mail.objects.select_related("team", "submission__team").filter(pk=mail_id).first()
    if claimed_at is None or mail is None:  # its submission has just been deleted
        return
    address = mail.address or (mail.team and mail.team.email)
    if not address:
        mails.mark_undeliverable(mail_id, claimed_at)
    elif is_obsolete(mail):
        mails.mark_obsolete(mail_id, claimed_at)
    else:
        _send(message_of(mail, address), mail_id, claimed_at)


def _send(message: EmailMessage, mail_id: int, claimed_at: datetime) -> None:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        logger.warning("Mail %s was refused: %s", mail_id, error)
        if all(code >= 500 for code, _ in error.recipients.values()):  # permanent, not temporary
            mails.mark_undeliverable(mail_id, claimed_at)
    except OSError:  # includes smtplib's other errors
        logger.exception("Mail %s could not be sent yet.", mail_id)
    else:
        mails.mark_sent(mail_id)
