"""Responses to requests that Django refuses."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import bad_request as default_bad_request

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 413 if the form is larger than the site accepts, and 400 for other bad requests."""
    if isinstance(exception, TOO_LARGE):
        return HttpResponse(render_to_string("413.html"), status=413)
    return default_bad_request(request, exception)
