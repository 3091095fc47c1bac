"""Administrators of the site that a command adds."""

from django.db import transaction

from accounts.models import Team
from challenge.services import history


@transaction.atomic
def add_administrator(name: str, email: str, password: str, *, by: Team | str) -> Team:
    """Add an account with every right in the admin, with a line of history; its address counts as confirmed."""
    team = Team.objects.create_superuser(name, email, password)
    history.record("made an administrator", by=by, team=team)
    return team
