"""Sessions of organizers: they end `STAFF_SESSION_SECONDS` after the log-in, whatever happens in between."""

import time

from django.conf import settings
from django.contrib.auth import signals
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Team

#: Key of the session with the time of the log-in, in seconds since 1970.
LOGGED_IN_AT = "logged_in_at"


class StaffSessionMiddleware(AuthenticationMiddleware):
    """Django's middleware, for which the session of an organizer can be over. Other users need no query for it."""

    def process_request(self, request: HttpRequest) -> None:
        """Set the user, who is looked up when somebody asks."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> Team | AnonymousUser:
    """Return the user of the session; end the session of an organizer whose time is over.

    It is looked at with each request, so that the session of a team that becomes an organizer ends, too.
    """
    user = get_user(request)
    if not user.is_staff or _is_fresh(request):
        return user
    request.session.flush()
    request._cached_user = AnonymousUser()  # type: ignore[attr-defined]
    return request._cached_user  # type: ignore[attr-defined]


def _is_fresh(request: HttpRequest) -> bool:
    age = time.time() - request.session.get(LOGGED_IN_AT, 0)
    return age < settings.STAFF_SESSION_SECONDS


@receiver(signals.user_logged_in)
def _note_the_time(request: HttpRequest, **kwargs: object) -> None:
    request.session[LOGGED_IN_AT] = int(time.time())
