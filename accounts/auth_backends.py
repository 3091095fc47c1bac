"""Authentication by team name or e-mail address."""

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import Team


class TeamBackend(AuthenticationBackend):
    """Finds a team by its name as people type it, or by its e-mail address.

    allauth's own lookup compares names by the database collation; this backend uses the name's key. It always checks
    one password, even if no team was found, so that the time taken reveals nothing.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: str) -> Team | None:
        team = Team.objects.by_login(credentials.get("username") or credentials.get("email") or "")
        return self._check_password(team, credentials["password"])
