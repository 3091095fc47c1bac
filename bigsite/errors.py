"""Responses to requests that Django refuses, and short responses to htmx."""

import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import bad_request as default_bad_request

from accounts.drafts import keep_draft
from bigsite.outages import RETRY_AFTER, outage

#: Path of the programming interface, whose errors are problem details.
API = "/api/v1/"
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 413 if the form is larger than the site accepts, and 400 for other bad requests."""
    if isinstance(exception, TOO_LARGE):
        return too_large()
    return default_bad_request(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Return 503 during an outage of database or disk, and 500 for faults of ours; both need nothing but a template.

    The interface answers with a problem.
    """
    reason = outage(sys.exception())
    status = HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.INTERNAL_SERVER_ERROR
    if request.path.startswith(API):
        response: HttpResponse = _problem(status, reason)
    else:
        response = HttpResponse(render_to_string(f"{status}.html", {"reason": reason}), status=status)
    if reason:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _problem(status: HTTPStatus, reason: str) -> JsonResponse:
    """Return problem details, as `challenge.api.problems` does; that module is of a higher layer."""
    broken = "Something broke on our side, and the error is logged. A file that has arrived is not submitted twice."
    detail = f"{reason} Nothing was submitted. Try again in {RETRY_AFTER} s." if reason else broken
    content = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return JsonResponse(content, status=status, content_type="application/problem+json")


def too_large() -> HttpResponse:
    """Return 413, with a page that needs neither the database nor the user."""
    return HttpResponse(render_to_string("413.html"), status=413)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form without a valid token, and renew the token; htmx gets no page.

    If the view keeps drafts, the text of the form is kept, unless the form came from another site.
    """
    if request.htmx:  # type: ignore[attr-defined]
        get_token(request)  # sets the cookie again if it is gone
        return HttpResponse(status=403) if request.user.is_authenticated else logged_out()
    is_own_form = reason.startswith("CSRF ")  # other reasons are about the site that the request came from
    fields = getattr(request.resolver_match.func, "draft_fields", ()) if request.resolver_match else ()
    context = {"is_kept": is_own_form and keep_draft(request, fields), "path": request.path}
    return render(request, "403_csrf.html", context, status=403)


def logged_out() -> HttpResponse:
    """Return 401 to an htmx request that needs a log-in; the page explains it (`static/js/faults.js`)."""
    return HttpResponse(status=401, headers={"WWW-Authenticate": "Form"})


def other_team(request: HttpRequest) -> HttpResponse:
    """Return 409 and the name of the team that is logged in, to an htmx request of a page of another team."""
    return HttpResponse(str(request.user), "text/plain; charset=utf-8", status=409)
