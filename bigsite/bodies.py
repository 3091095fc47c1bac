"""Decisions about a request before its body is read: too large, of nobody, refused anyway, or one of too many at once.

Django reads a body as soon as the CSRF token is checked, so `BodyMiddleware` comes before that check. The programming
interface takes no part in the log-in of the pages: it asks for a token before it reads.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.upload_slots import TOO_MANY, free_slot, take_slot, team_of_mark
from bigsite.errors import logged_out, too_large

Check = Callable[[Any], HttpResponseBase | None]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])

#: Attribute of a request with the slot of its upload, which is given back after the response.
SLOT = "upload_slot"


def before_the_body(check: Check) -> Callable[[View], View]:
    """Return a decorator of a view; its check may answer a large POST of a user who is logged in, in place of the view.

    A small body is read in any case: the page then shows what was typed again.
    """

    def decorate(view: View) -> View:
        view.before_the_body = check  # type: ignore[attr-defined]
        return view

    return decorate


def take_upload_slot(request: HttpRequest, team_id: int) -> bool:
    """Take a slot until the response; return whether one was free."""
    slot = take_slot(team_id)
    setattr(request, SLOT, slot)
    return slot is not None


class BodyMiddleware:
    """Answer without reading the body where the answer does not depend on it.

    A body is at most a file and the fields of a form (`MAX_UPLOAD_BYTES` and `DATA_UPLOAD_MAX_MEMORY_SIZE`). A visitor
    who is not logged in sends no files, so at most the fields. Only a form whose session has ended is read whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse a body that is too large, and give the slot of an upload back after the response."""
        if _length(request) > settings.MAX_UPLOAD_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large()
        try:
            return self.get_response(request)
        finally:
            if slot := getattr(request, SLOT, None):
                free_slot(slot)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *args: object
    ) -> HttpResponseBase | None:
        """Look at who sends a body, before the CSRF token is looked for in it."""
        if request.method != "POST" or not _length(request) or _is_of_programs(request):
            return None
        if not request.user.is_authenticated:
            is_long = _length(request) > _most_of_strangers(request)
            return _refuse_stranger(request) if is_long and not _is_of_a_team(request) else None
        check = getattr(view, "before_the_body", None)
        if check and _length(request) > settings.SMALL_BODY_BYTES and (answer := check(request)):
            return answer
        if _has_files(request) and not take_upload_slot(request, request.user.pk):
            return _refuse_for_now(request)
        return None


def _length(request: HttpRequest) -> int:
    """Return the stated length of the body, beyond which nothing is read; 0 for nonsense, as Django takes it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _is_of_programs(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.app_name == "ninja"


def _has_files(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"


def _most_of_strangers(request: HttpRequest) -> int:
    """Return how long a body of a visitor may be. Of a short form whose session has ended, the text is kept."""
    return settings.SMALL_BODY_BYTES if _has_files(request) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _is_of_a_team(request: HttpRequest) -> bool:
    """Return whether a form was made for a team whose session has ended, and takes one of the team's slots now."""
    team = None if request.htmx else team_of_mark(request.GET.get("form", ""))  # type: ignore[attr-defined]
    return team is not None and take_upload_slot(request, team)


def _refuse_stranger(request: HttpRequest) -> HttpResponse:
    if not _has_files(request):
        return too_large()
    if request.htmx:  # type: ignore[attr-defined]
        return logged_out()
    return redirect_to_login(request.get_full_path())


def _refuse_for_now(request: HttpRequest) -> HttpResponse:
    """Return 429: all slots of the team are taken."""
    response = render(request, "429_uploads.html", {"reason": TOO_MANY}, status=429)
    response["Retry-After"] = "5"
    return response
