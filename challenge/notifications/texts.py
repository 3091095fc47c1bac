"""Messages to teams: the values of their texts, at the time of sending."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from bigsite.mails import compose
from challenge.models import Evaluation, Mail
from challenge.notifications import outcomes
from challenge.services.letters import LETTER
from challenge.services.mails import ABOUT_OUTCOMES


def message_of(mail: Mail, address: str) -> EmailMultiAlternatives:
    """Return the message of a mail to an address."""
    context = site_links() | {"team_name": str(mail.team), "submission": mail.submission} | mail.context
    if mail.submission:
        context["submission_url"] = settings.SITE_URL + mail.submission.get_absolute_url()
        context["is_scored"] = mail.submission.is_scored
    if mail.name in ABOUT_OUTCOMES:
        context |= outcomes.values_of(_evaluation_of(mail))
    return message(mail.name, context, to=address)


def message(name: str, context: Mapping[str, Any], *, to: str) -> EmailMultiAlternatives:
    """Return the message of a text; a letter is written by a person, so it is plain and not marked as automatic."""
    made = compose(name, context, to=to)
    if name == LETTER:
        made.alternatives.clear()
        del made.extra_headers["Auto-Submitted"]
    return made


def is_obsolete(mail: Mail) -> bool:
    """Return whether the outcome that a mail reports has changed while the mail waited."""
    return mail.name in ABOUT_OUTCOMES and not outcomes.is_current(_evaluation_of(mail), mail.name)


def site_links() -> dict[str, str]:
    """Return the addresses that mails to teams name."""
    return {"profile_url": settings.SITE_URL + reverse("profile")}


def _evaluation_of(mail: Mail) -> Evaluation:
    evaluations = Evaluation.objects.select_related("ground_truth", "submission__team")
    return evaluations.get(pk=mail.context["evaluation"])
