"""Operations that are open to everybody: the leaderboard, entries and groups."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router
from ninja.decorators import decorate_view

from challenge.access import get_submission_with_visible_scores, get_visible_group, visible_members
from challenge.api import documents, schemas
from challenge.api.open_page import open_page
from challenge.api.pages import page_of
from challenge.api.problems import ProblemError, problems_of
from challenge.leaderboard.export import KINDS, absolute
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.lines import Ranked
from challenge.leaderboard.page import board_by, ranked_rows
from challenge.leaderboard.phases import phase_choice
from challenge.leaderboard.selection import Selection
from challenge.models import Metric, Phase
from challenge.results.rows import Kind, RowKey

router = Router()
#: Everybody sees the same, also somebody with a token.
EVERYBODY = AnonymousUser()
_PAGES = {Kind.ENTRY: "submission", Kind.SEEDS: "group", Kind.PUBLISHED: "published_method"}


@router.get(
    "/leaderboard", response={200: schemas.Board, **problems_of(404, 422, 503)}, summary="Leaderboard"
)
@decorate_view(open_page)
def leaderboard(request: HttpRequest, choice: Query[schemas.BoardQuery]) -> dict[str, Any]:
    """Rows in order of rank: ranks, their ranges, and means over the datasets with intervals."""
    filters = _filters(choice)
    if not phase_choice(filters).has_results:
        raise ProblemError(HTTPStatus.NOT_FOUND, "The results of this phase are public after it has closed.")
    kept = board_by(filters).standings
    places, _ = filters.selection.places(kept.value)
    page = page_of(places, choice)
    rows = ranked_rows(filters, kept.value, page.items)
    return {
        "resolution": filters.resolution,
        "metric": filters.metric.value,
        "made_at": kept.made_at,
        "is_current": kept.is_current,
        "n_rows": len(places),
        "rows": [_row(rows[place]) for place in page.items if place in rows],
        "next": page.next,
    }


@router.get("/entries/{int:entry}", response={200: schemas.Entry, **problems_of(404)}, summary="An entry")
@decorate_view(open_page)
def entry(request: HttpRequest, entry: int) -> dict[str, Any]:
    """An entry with its scores on each dataset, as everybody may see it."""
    return documents.entry_of(get_submission_with_visible_scores(EVERYBODY, entry))


@router.get(
    "/groups/{int:group}", response={200: schemas.Group, **problems_of(404)}, summary="Seeds of a method"
)
@decorate_view(open_page)
def group(request: HttpRequest, group: int) -> dict[str, Any]:
    """A group of seeds, with mean and deviation, as everybody may see it."""
    found = get_visible_group(EVERYBODY, group)
    return documents.group_of(found, visible_members(EVERYBODY, [found]))


def _filters(choice: schemas.BoardQuery) -> Filters:
    phase = get_object_or_404(Phase, pk=choice.phase) if choice.phase else None
    return Filters(
        resolution=choice.resolution,
        metric=Metric(choice.metric),
        all_entries=choice.entries == "all",
        baselines=choice.published,
        standard_only=choice.protocol == "standard",
        selection=Selection.searching(choice.q),
        phase=phase.board if phase else None,
    )


def _row(ranked: Ranked) -> dict[str, Any]:
    standing, line = ranked
    low, high = standing.images or (None, None)
    low_over_datasets, high_over_datasets = standing.datasets or (None, None)
    key = RowKey.parse(line.key)
    return {
        "key": line.key,
        "kind": KINDS[line.kind],
        "rank": standing.rank,
        "rank_low": low,
        "rank_high": high,
        "rank_low_over_datasets": low_over_datasets,
        "rank_high_over_datasets": high_over_datasets,
        "with_leader": standing.is_with_leader if standing.is_compared else None,
        "name": line.name,
        "about": line.about,
        "url": absolute(reverse(_PAGES[line.kind], args=[key.pk])) if key else "",
        "study_url": line.study_url,
        "parameters_millions": line.parameters,
        "average": {
            metric: {"value": cell.value, "low": cell.low, "high": cell.high}
            for metric, cell in line.cells.items()
        },
    }
