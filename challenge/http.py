"""Requests as the views see them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Team


class SiteRequest(HttpRequest):
    """Any request: the middleware tells whether htmx made it."""

    htmx: HtmxDetails


class TeamRequest(SiteRequest):
    """A request behind `login_required`."""

    user: Team
