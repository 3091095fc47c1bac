"""Exports of the leaderboard, of submissions and of groups as CSV and JSON."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from challenge.access import get_submission_with_visible_scores, get_visible_group, visible_members
from challenge.entries.export import group_document, submission_document
from challenge.formats.spreadsheets import to_csv
from challenge.leaderboard import export as exports
from challenge.leaderboard.cache import cached
from challenge.leaderboard.export import to_json
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.own import is_current
from challenge.leaderboard.own_choice import Choice
from challenge.leaderboard.own_export import own_table
from challenge.leaderboard.phases import filters_of
from challenge.models import ranked_versions

#: Compression of a larger file would take longer than its transfer.
MOST_COMPRESSED_BYTES = 2_000_000


@require_safe
def leaderboard_csv(request: HttpRequest) -> HttpResponseBase:
    """CSV of all leaderboard rows under the same query, with means and uncertainty."""
    filters = filters_of(request.GET)
    return _attachment(exports.CSV.get(filters.ranking_values).value, "csv", _board_name(filters))


@require_safe
def leaderboard_json(request: HttpRequest) -> HttpResponseBase:
    """JSON of the same rows, with scores on each dataset and versions."""
    filters = filters_of(request.GET)
    return _attachment(exports.JSON.get(filters.ranking_values).value, "json", _board_name(filters))


@require_safe
def own_board_csv(request: HttpRequest) -> HttpResponseBase:
    """CSV of a reader's own board; without a choice of its own, the page says what to do."""
    choice = Choice.from_query(request.GET)
    if not choice.has_own_board:
        return redirect(reverse("own_board") + choice.query)
    content = cached(
        lambda: to_csv(*own_table(choice)).encode(),
        "own csv",
        choice.filters,
        choice.weights,
        is_current=lambda: is_current(choice.filters),
    )
    return _attachment(content, "csv", f"own-{_board_name(choice.filters)}")


@require_safe
@cache_control(private=True, no_cache=True)
def submission_json(request: HttpRequest, pk: int) -> HttpResponseBase:
    """JSON of a submission, for everybody who may see its scores."""
    submission = get_submission_with_visible_scores(request.user, pk)
    document = submission_document(submission, ranked_versions())
    return _attachment(to_json(document).encode(), "json", f"entry-{pk}")


@require_safe
@cache_control(private=True, no_cache=True)
def group_json(request: HttpRequest, pk: int) -> HttpResponseBase:
    """JSON of a group, for everybody who may see its page."""
    group = get_visible_group(request.user, pk)
    members = visible_members(request.user, [group])
    document = group_document(group, members, ranked_versions())
    return _attachment(to_json(document).encode(), "json", f"seeds-{pk}")


def _board_name(filters: Filters) -> str:
    phase = f"phase-{filters.phase}-" if filters.phase else ""
    return f"leaderboard-{phase}{filters.resolution}-{filters.metric.value.replace('_', '-')}"


def _attachment(content: bytes, suffix: str, name: str) -> HttpResponseBase:
    """Return a file as a download; its name contains the date (UTC). A large file is not compressed."""
    kind = {"csv": "text/csv; charset=utf-8", "json": "application/json"}[suffix]
    file_name = f"big-{name}-{timezone.now():%Y-%m-%d}.{suffix}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Content-Length": str(len(content)),
    }
    if len(content) > MOST_COMPRESSED_BYTES:
        return StreamingHttpResponse([content], content_type=kind, headers=headers)
    return HttpResponse(content, kind, headers=headers)
