"""Daily mail to the organizers about all that needs a person; `services.digests` keeps its state."""

import logging

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.mail import EmailMessage
from django.urls import reverse

from bigsite.mails import compose
from challenge.services import digests
from challenge.upkeep.items import Item, needs

logger = logging.getLogger(__name__)

#: Organizers with this right can do something about the items of a digest.
PERMISSION = "challenge.change_submission"


def send_digest(digest_id: int) -> None:
    """Send the digest of a day, if anything needs a person.

    A digest that cannot be sent now stays claimed, and is retried when the lease of the claim ends.
    """
    claimed_at = digests.claim(digest_id)
    if claimed_at is None:
        return
    found, addresses = list(needs()), addresses_of_organizers()
    if not (found and addresses):
        digests.mark_empty(digest_id, claimed_at)
        return
    try:
        message_of(found, addresses).send()
    except OSError:  # includes all of smtplib's errors
        logger.exception("The digest could not be sent yet.")
    else:
        digests.mark_sent(digest_id)


def addresses_of_organizers() -> list[str]:
    """Return the addresses of the active organizers who may act on submissions."""
    able = ModelBackend().with_perm(PERMISSION).filter(is_staff=True).order_by("pk")
    return [organizer.email for organizer in able if organizer.email]


def message_of(found: list[Item], addresses: list[str]) -> EmailMessage:
    """Return one mail to all organizers, so that a retry doubles it for nobody."""
    lines = [(item.need, settings.SITE_URL + item.address) for item in found]
    context = {"lines": lines, "admin_url": settings.SITE_URL + reverse("admin:index")}
    message = compose("digest", context, to=addresses[0])
    message.to = addresses
    return message
