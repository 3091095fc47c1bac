"""Who somebody is who logs in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import Team


class TeamBackend(AuthenticationBackend):
    """Knows a team by its name as people type it, or by its e-mail address.

    allauth's own lookup compares names the way the database collates text; ours goes through the
    name's key. It checks one password whatever was found, so that the time taken tells nothing.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: str) -> Team | None:
        team = Team.objects.by_login(credentials.get("username") or credentials.get("email") or "")
        return self._check_password(team, credentials["password"])
