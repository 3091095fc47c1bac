"""Accounts whose address was never confirmed: after some days they go, and their names are free again."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Team


def unconfirmed() -> QuerySet[Team]:
    """Return the accounts that registered `UNCONFIRMED_DAYS` ago, and that nobody has ever logged in with.

    Where addresses are not confirmed, teams are logged in when they register, so there are none.
    """
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    return Team.objects.filter(
        Exists(addresses.filter(verified=False)),
        ~Exists(addresses.filter(verified=True)),
        created_at__lt=timezone.now() - timedelta(days=settings.UNCONFIRMED_DAYS),
        last_login__isnull=True,
        is_staff=False,
        closed_at__isnull=True,
        blocked_at__isnull=True,
    )
