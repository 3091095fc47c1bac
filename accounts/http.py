"""Request type of the views."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Team


class TeamRequest(HttpRequest):
    """Request behind `login_required`; the middleware adds `htmx`."""

    user: Team
    htmx: HtmxDetails
