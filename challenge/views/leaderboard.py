"""Page of the leaderboard."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from challenge.compare.selection import FEWEST, MOST
from challenge.formats.numbers import plain
from challenge.formats.parameters import parameters
from challenge.leaderboard.attempts import with_attempts_of_selection
from challenge.leaderboard.cache import cached
from challenge.leaderboard.choices import active, cleared, options
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.page import board_page, ranking_of
from challenge.leaderboard.ranking import boards
from challenge.leaderboard.tabs import tab_context
from challenge.models import GroundTruth, Metric, Resolution
from challenge.results.rows import RowKey


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric: a page of its rows, or another tab with the highest rows."""
    filters = Filters.from_query(request.GET)
    ground_truth = GroundTruth.objects.active()
    headline = ""
    if filters.tab is Tab.RANKING:
        headline, content = cached(
            lambda: _ranking(filters, ground_truth), "leaderboard", filters, ground_truth
        )
    else:
        control = RowKey.parse(request.GET.get("control", "")) if filters.tab is Tab.FIGURES else None
        content = cached(
            lambda: _tab(filters.ranked, control, ground_truth), "tab", filters.ranked, control, ground_truth
        )
    limit = filters.selection.parameters
    context = {
        "ground_truth": ground_truth,
        "filters": filters,
        "headline": headline,
        "content": content,
        "metric_label": filters.metric.label,
        "has_figures": filters.tab in (Tab.RANKS, Tab.WAYS, Tab.FIGURES),
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "tabs": Tab.choices,
        "options": options(filters),
        "limit": plain(limit) if limit else "",
        "active": active(filters),
        "cleared": cleared(filters).parameters,
        # a form within the content, which is the same for all selections
        "kept": parameters(filters.shown_values()).lists() if filters.tab is Tab.FIGURES else (),
    }
    return render(request, "challenge/leaderboard.html", context)


def _ranking(filters: Filters, ground_truth: GroundTruth | None) -> tuple[str, str]:
    """Return the sentences above the ranking, and a page of its rows; the same for all users."""
    ranking = ranking_of(filters, ground_truth)
    context = {
        "filters": filters,
        "metric_label": filters.metric.label,
        "has_entries": any(not row.line.is_published for row in ranking.rows),
        "ranking": ranking,
        "board": board_page(filters, ranking.rows),
        "all_rows": cleared(filters).parameters,
        "fewest": FEWEST,
        "most": MOST,
    }
    return ranking.headline, render_to_string("challenge/leaderboard/ranking.html", context)


def _tab(filters: Filters, control: RowKey | None, ground_truth: GroundTruth | None) -> str:
    """Render another tab, the same for all users."""
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
        **tab_context(filters, of_resolution, ground_truth, control),
    }
    return render_to_string(f"challenge/leaderboard/{filters.tab}.html", context)
