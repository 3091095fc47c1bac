"""Tokens of teams for the programming interface: made, found and revoked here."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken, Team

#: Begins every token, so that programs that look for leaked secrets find it.
PREFIX = "big_"
#: Number of valid tokens that a team may have.
MOST = 20
#: A use is noted this often at most.
NOTED_EVERY = timedelta(minutes=1)


class TooManyTokensError(Exception):
    """A token was not made, because the team has too many; the message says what to do."""


@transaction.atomic
def create(team: Team, *, name: str, scope: str, expires_at: datetime | None) -> tuple[ApiToken, str]:
    """Make a token; return it with its text, which cannot be shown again.

    Raises:
        TooManyTokensError: the team has as many valid tokens as are allowed.

    """
    Team.objects.select_for_update().get(pk=team.pk)
    if team.api_tokens.valid().count() >= MOST:
        raise TooManyTokensError(f"Your team has {MOST} tokens. Revoke one that you no longer use.")
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        team=team, name=name, scope=scope, digest=_digest(text), expires_at=expires_at
    )
    return token, text


def find(text: str) -> ApiToken | None:
    """Return the valid token with this text, with its team, and note its use; None if there is none."""
    now = timezone.now()
    token = ApiToken.objects.valid(now).select_related("team").filter(digest=_digest(text)).first()
    if token:
        is_new = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiToken.objects.filter(is_new, pk=token.pk).update(last_used_at=now)
    return token


def revoke(token: ApiToken) -> bool:
    """End a token at once; return whether it was not revoked before."""
    own = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    return bool(own.update(revoked_at=timezone.now()))


def _digest(text: str) -> str:
    """Return the stored form of a token. It has 256 random bits, so a fast hash without salt is safe."""
    return hashlib.sha256(text.encode()).hexdigest()
