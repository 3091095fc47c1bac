"""Page of the leaderboard."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from challenge.compare.selection import FEWEST, MOST
from challenge.leaderboard.attempts import with_attempts_of_selection
from challenge.leaderboard.cache import cached
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.ranking import boards
from challenge.leaderboard.tabs import COLOURS_WITHIN, tab_context
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import GroundTruth, Metric, Resolution
from challenge.results.replicates import with_intervals
from challenge.results.rows import RowKey

ROWS_PER_PAGE = 100


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric: a page of its rows, or another tab with the highest rows."""
    filters = Filters.from_query(request.GET)
    page = request.GET.get("page", "") if filters.tab is Tab.RANKING else ""
    page = page if page.isdecimal() and len(page) < 6 else "1"
    control = RowKey.parse(request.GET.get("control", "")) if filters.tab is Tab.FIGURES else None
    within = filters.tab is Tab.FIGURES and request.GET.get("colours") == COLOURS_WITHIN
    ground_truth = GroundTruth.objects.active()
    content = cached(
        lambda: _content(filters, page, control, ground_truth, colours_within=within),
        "leaderboard",
        filters,
        page,
        control,
        within,
        ground_truth,
    )
    context = {
        "ground_truth": ground_truth,
        "filters": filters,
        "content": content,
        "metric_label": filters.metric.label,
        "has_figures": filters.tab in (Tab.RANKS, Tab.WAYS, Tab.FIGURES),
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "tabs": Tab.choices,
    }
    return render(request, "challenge/leaderboard.html", context)


def _content(
    filters: Filters,
    page: str,
    control: RowKey | None,
    ground_truth: GroundTruth | None,
    *,
    colours_within: bool,
) -> str:
    """Render the part that depends on the entries, the same for all users."""
    resolutions = Resolution.values if filters.tab is Tab.FIGURES else [filters.resolution]
    of_resolution = boards(filters, resolutions, ground_truth)
    board = of_resolution[filters.resolution]
    rows = with_attempts_of_selection(board.rows, filters)
    of_resolution[filters.resolution] = replace(board, rows=rows)
    context = {
        "filters": filters,
        "metric_label": filters.metric.label,
        "has_entries": any(not row.method for row in rows),
        "has_rows": bool(rows),
    }
    if filters.tab is Tab.RANKING:
        rows = with_rank_ranges(rows, filters.metric)
        shown = Paginator(rows, ROWS_PER_PAGE).get_page(page)
        context |= {
            "rows": with_intervals(list(shown), [filters.metric]),
            "page": shown,
            "metrics": Metric.choices,
            "n_with_leader": sum(row.is_with_leader is True for row in rows),
            "n_compared": sum(row.is_with_leader is not None for row in rows),
            "fewest": FEWEST,
            "most": MOST,
        }
    else:
        context |= tab_context(filters, of_resolution, ground_truth, control, colours_within=colours_within)
    return render_to_string(f"challenge/leaderboard/{filters.tab}.html", context)
