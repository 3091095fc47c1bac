"""Requests as the views see them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Team


class TeamRequest(HttpRequest):
    """A request behind `login_required`; the middleware tells whether htmx made it."""

    user: Team
    htmx: HtmxDetails
