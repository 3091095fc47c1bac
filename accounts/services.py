"""Deletion of an account whose public results stay."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Team
from accounts.second_factor import remove_second_factor
from accounts.team_names import ANONYMOUS

EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def retire(team: Team, *, keep_name: bool) -> None:
    """Reduce an account to a name that nobody can log in with; the new password hash ends all its sessions.

    Args:
        team: the team whose account is deleted.
        keep_name: true if the name stays, false if an anonymous name replaces it.

    """
    EmailAddress.objects.filter(user=team).delete()
    remove_second_factor(team)
    team.email = None
    team.set_unusable_password()
    team.is_active = False
    team.last_login = None
    team.closed_at = timezone.now()
    if not keep_name:
        team.name = f"{ANONYMOUS} {get_random_string(6, EASY_TO_READ)}"  # one of 887 million
    team.save()
