"""Middleware of the site."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url

from bigsite.content_policy import PERMISSIONS
from bigsite.errors import logged_out, other_team

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class GZipTextMiddleware(GZipMiddleware):
    """Compress pages and other text, but not files and streamed responses.

    Django adds random bytes and masks CSRF tokens, so the length reveals no secrets (BREACH).
    """

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """Skip responses that are already compressed, or too large to compress while a user waits."""
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith(("text/", "application/json")):
            return response
        return super().process_response(request, response)


class BrowserPoliciesMiddleware:
    """State on every response that pages use no device, and that other sites load nothing of this one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the headers; Django's own middleware sets the one about openers of windows."""
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        # badges have their own header, as they are for other sites
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PrivateResponsesMiddleware:
    """Forbid caches to keep account pages, and all responses to a visitor with a session: pages name the team.

    It looks at the cookie, not at the user: a response for everyone then needs no query and does not vary.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the header, except on files that are the same for everyone, and on “not modified”."""
        response = self.get_response(request)
        is_for_everyone = "public" in response.headers.get("Cache-Control", "") or response.status_code == 304
        if (_is_personal(request, response) or _is_account_page(request)) and not is_for_everyone:
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the visitor has a session, or gets one, or another cookie, for example with a message."""
    return bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME) or response.cookies)


def _is_account_page(request: HttpRequest) -> bool:
    """Return whether a page is about an account, for example the form of a new password."""
    return request.resolver_match is not None and request.resolver_match.route.startswith("accounts/")


class HtmxSessionMiddleware:
    """Answer htmx with 401 or 409 if the team of the page is not logged in any more.

    htmx would follow the redirect to the log-in, and show the whole page inside a form. A page of one team could also
    submit for another team that has logged in since. Pages send the team in the header `X-Page-Team` (`base.html`).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Replace a redirect to the log-in, for pages that were opened without one."""
        response = self.get_response(request)
        return logged_out() if request.htmx and _is_login(response) else response  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        """Compare the team of the page with the user. The token was checked before, so the upload has been read."""
        page_team = request.headers.get("X-Page-Team")
        if not (page_team and request.htmx):  # type: ignore[attr-defined]
            return None
        if not request.user.is_authenticated:
            return logged_out()
        return None if page_team == str(request.user.pk) else other_team(request)


def _is_login(response: HttpResponseBase) -> bool:
    """Return whether a response redirects to the log-in."""
    return response.status_code == 302 and (
        urlsplit(response.headers["Location"]).path == resolve_url(settings.LOGIN_URL)
    )
