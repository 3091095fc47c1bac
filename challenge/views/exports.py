"""Exports of the leaderboard, of submissions and of groups as CSV and JSON."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
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
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.own_choice import Choice
from challenge.leaderboard.own_export import own_table
from challenge.models import GroundTruth


@require_safe
def leaderboard_csv(request: HttpRequest) -> HttpResponse:
    """CSV of all leaderboard rows under the same query, with means and uncertainty."""
    filters = Filters.from_query(request.GET)
    text = cached(lambda: to_csv(*exports.leaderboard_table(filters)), "csv", exports.filter_values(filters))
    return _attachment(text, "csv", _board_name(filters))


@require_safe
def leaderboard_json(request: HttpRequest) -> HttpResponse:
    """JSON of the same rows, with scores on each dataset and versions."""
    filters = Filters.from_query(request.GET)
    text = cached(
        lambda: _to_json(exports.leaderboard_document(filters)), "json", exports.filter_values(filters)
    )
    return _attachment(text, "json", _board_name(filters))


@require_safe
def own_board_csv(request: HttpRequest) -> HttpResponse:
    """CSV of a reader's own board; without a choice of its own, the page says what to do."""
    choice = Choice.from_query(request.GET)
    if not choice.has_own_board:
        return redirect(reverse("own_board") + choice.query)
    ground_truth = GroundTruth.objects.active()
    text = cached(
        lambda: to_csv(*own_table(choice, ground_truth)),
        "own csv",
        choice.filters,
        choice.weights,
        ground_truth,
    )
    return _attachment(text, "csv", f"own-{_board_name(choice.filters)}")


@require_safe
@cache_control(private=True, no_cache=True)
def submission_json(request: HttpRequest, pk: int) -> HttpResponse:
    """JSON of a submission, for everybody who may see its scores."""
    submission = get_submission_with_visible_scores(request.user, pk)
    document = submission_document(submission, GroundTruth.objects.active())
    return _attachment(_to_json(document), "json", f"entry-{pk}")


@require_safe
@cache_control(private=True, no_cache=True)
def group_json(request: HttpRequest, pk: int) -> HttpResponse:
    """JSON of a group, for everybody who may see its page."""
    group = get_visible_group(request.user, pk)
    members = visible_members(request.user, [group])
    document = group_document(group, members, GroundTruth.objects.active())
    return _attachment(_to_json(document), "json", f"seeds-{pk}")


def _board_name(filters: Filters) -> str:
    return f"leaderboard-{filters.resolution}-{filters.metric.value.replace('_', '-')}"


def _to_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def _attachment(text: str, suffix: str, name: str) -> HttpResponse:
    """Return a file as a download; its name contains the date (UTC)."""
    kind = {"csv": "text/csv; charset=utf-8", "json": "application/json"}[suffix]
    file_name = f"big-{name}-{timezone.now():%Y-%m-%d}.{suffix}"
    return HttpResponse(text, kind, headers={"Content-Disposition": f'attachment; filename="{file_name}"'})
