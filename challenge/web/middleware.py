"""Answer to a reader of something that is being computed for the first time."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from challenge.leaderboard.store import NotMadeYetError

#: Seconds after which the page loads itself again, also without scripts.
RELOAD_AFTER = 2


class NotMadeYetMiddleware:
    """Answer 503 with a page that loads itself again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for results of the leaderboard; other faults are handled elsewhere."""
        if not isinstance(exception, NotMadeYetError):
            return None
        response = render(request, "challenge/not_made_yet.html", status=503)
        response["Retry-After"] = response["Refresh"] = str(RELOAD_AFTER)
        return response
