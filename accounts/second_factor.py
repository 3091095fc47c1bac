"""Second factor of accounts: passkeys, codes of an authenticator app, and recovery codes."""

from allauth.mfa.models import Authenticator

from accounts.models import Team


def remove_second_factor(team: Team) -> bool:
    """Remove the second factor of an account with its recovery codes; return whether it had any."""
    removed, _ = Authenticator.objects.filter(user=team).delete()
    return bool(removed)
