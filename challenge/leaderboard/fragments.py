"""Parts of pages that depend on all rows of the leaderboard and are the same for all readers."""

from django.http import QueryDict
from django.template.loader import render_to_string

from challenge.leaderboard.figures import over_time
from challenge.leaderboard.filters import Filters, Tab, usual_tabs
from challenge.leaderboard.ranking import boards
from challenge.leaderboard.store import Result
from challenge.leaderboard.tabs import COLOURS_WITHIN, tab_context
from challenge.models import Resolution, benchmark_of, ranked_versions


def _tab(parameters: QueryDict) -> str:
    """Render one of the other tabs of the leaderboard."""
    filters, versions = Filters.from_query(parameters), ranked_versions()
    within = parameters.get("colours") == COLOURS_WITHIN
    resolutions = Resolution.values if filters.tab is Tab.FIGURES else [filters.resolution]
    of_resolution = boards(filters, resolutions, versions)
    rows = of_resolution[filters.resolution].rows
    context = {
        "filters": filters,
        "benchmark": benchmark_of(filters.phase),
        "metric_label": filters.metric.label,
        "has_entries": any(not row.method for row in rows),
        "has_rows": bool(rows),
        **tab_context(filters, of_resolution, versions, colours_within=within),
    }
    return render_to_string(f"challenge/leaderboard/{filters.tab}.html", context)


TABS = Result("tab", _tab, usual=usual_tabs)


def _over_time(parameters: QueryDict) -> str:
    """Render the figure of the best score over time; empty if there is no entry."""
    filters = Filters.from_query(parameters)
    board = boards(filters, [filters.resolution], ranked_versions())[filters.resolution]
    figure = over_time(board, filters.metric)
    return render_to_string("challenge/_over_time.html", {"figure": figure}) if figure else ""


OVER_TIME = Result("over-time", _over_time)
