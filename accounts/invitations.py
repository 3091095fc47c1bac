"""Invitations of organizers: the link in the mail, and the account that the invited person makes with it."""

import logging

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.models import Invitation, Team
from bigsite.mails import compose

logger = logging.getLogger(__name__)
SALT = "accounts.invitations"


def send_mail(invitation: Invitation) -> bool:
    """Mail the link to the invited person; return whether the mail server took the mail."""
    context = {
        "invitation": invitation,
        "link": settings.SITE_URL + reverse("account_invitation", args=[_key(invitation)]),
        "days": settings.INVITATION_DAYS,
    }
    try:
        compose("account/invitation", context, to=invitation.email).send()
    except OSError:  # every smtplib error is one
        logger.exception("The mail server did not take the invitation of %s", invitation.email)
        return False
    return True


def find(key: str) -> Invitation | None:
    """Return the invitation of a link; None if it was used, withdrawn or sent again, or is too old."""
    try:
        pk, sent_at = signing.loads(key, salt=SALT)
    except signing.BadSignature:
        return None
    invitation = Invitation.objects.filter(pk=pk).select_related("role").first()
    if invitation is None or invitation.has_expired or invitation.sent_at.isoformat() != sent_at:
        return None
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str) -> Team | None:
    """Make the account of an invited person, with its role; None if the invitation has just ended.

    Raises:
        IntegrityError: another account has just taken the name or the address.

    """
    current = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if current is None:
        return None
    team = Team.objects.create_user(name, current.email, password, is_staff=True)
    team.replace_email(current.email, verified=True)
    team.groups.add(current.role)
    current.delete()
    return team


def _key(invitation: Invitation) -> str:
    return signing.dumps([invitation.pk, invitation.sent_at.isoformat()], salt=SALT)
