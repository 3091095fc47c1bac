"""Blocked teams: they cannot log in, and their address cannot register again."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import BlockedAddress, Team


@transaction.atomic
def block(team: Team) -> None:
    """Keep a team from logging in, end its sessions, and refuse its address at registration."""
    team.blocked_at = timezone.now()
    team.is_active = False
    team.save(update_fields=["blocked_at", "is_active"])
    if team.email:
        BlockedAddress.objects.get_or_create(email=team.email)
    end_sessions(team)


@transaction.atomic
def unblock(team: Team) -> None:
    """Let a team log in again, also one that was only deactivated."""
    team.blocked_at = None
    team.is_active = True
    team.save(update_fields=["blocked_at", "is_active"])
    if team.email:
        BlockedAddress.objects.filter(email=team.email).delete()


def end_sessions(team: Team) -> None:
    """End all sessions of a team. Sessions are not stored by team, so all are read."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(team.pk):
            session.delete()
