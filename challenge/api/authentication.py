"""Authentication by tokens of the right scope, and limits on the number of requests."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle

from accounts import tokens
from accounts.models import ApiToken, Team
from challenge.api.problems import ProblemError


class ApiRequest(HttpRequest):
    """Request with a valid token."""

    auth: ApiToken


class TokenAuthentication(HttpBearer):
    """Accepts valid tokens; `submits` asks for the scope that may change something."""

    def __init__(self, *, submits: bool = False) -> None:
        super().__init__()
        self._submits = submits

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the token; None if it is not valid."""
        found = tokens.find(token)
        if found and self._submits and not found.may_submit:
            raise ProblemError(
                HTTPStatus.FORBIDDEN, f"The token “{found}” may only read. Make one that may submit."
            )
        return found


#: Two objects, because OpenAPI names a scheme by its class: one scheme with two scopes.
READS, SUBMITS = TokenAuthentication(), TokenAuthentication(submits=True)


def team_of(request: HttpRequest) -> Team:
    """Return the team whose token the request has."""
    token = getattr(request, "auth", None)
    if not isinstance(token, ApiToken):
        raise TypeError("This operation is open to everybody, so no team asks.")
    return token.team


class Limit(SimpleRateThrottle):
    """Limit for each team, and for each network address without a token."""

    def __init__(self) -> None:
        super().__init__(settings.API_RATE)

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Return the key of whoever asks; None for a request without an address, which comes from inside."""
        token = getattr(request, "auth", None)
        if isinstance(token, ApiToken):
            return f"api-team-{token.team_id}"
        try:
            return f"api-address-{get_adapter().get_client_ip(request)}"
        except PermissionDenied:
            return None
