"""Badges of entries, for READMEs and pages of other sites."""

from http import HTTPStatus

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from challenge.access import get_submission_with_visible_scores
from challenge.entries.badge import NOT_PUBLIC, badge_of

#: Seconds for which caches may keep a badge: other sites show it on pages with many readers.
KEPT = 300


@require_safe
@conditional_page
@cache_control(public=True, max_age=KEPT)
def submission_badge(request: HttpRequest, pk: int) -> HttpResponse:
    """The badge as everybody sees it, also for the team; a neutral one if others cannot see the scores."""
    try:
        shown = get_submission_with_visible_scores(AnonymousUser(), pk)
    except Http404:
        return _image(NOT_PUBLIC, HTTPStatus.NOT_FOUND)
    return _image(badge_of(shown), HTTPStatus.OK)


def _image(svg: str, status: HTTPStatus) -> HttpResponse:
    # pages of other sites may show it, whatever the site's policy for its other files is
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(svg, "image/svg+xml; charset=utf-8", status, headers=headers)
