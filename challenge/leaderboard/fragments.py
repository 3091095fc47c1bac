"""Parts of pages that depend on all rows of the leaderboard and are the same for all readers, as HTML."""

from dataclasses import dataclass

from django.http import QueryDict
from django.template.loader import render_to_string

from challenge.leaderboard.attempts import with_attempts_of_selection
from challenge.leaderboard.figures import over_time
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.ranking import boards
from challenge.leaderboard.store import Result
from challenge.leaderboard.tabs import tab_context
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import GroundTruth, Metric, Resolution

#: Number of rows on the home page.
N_LEADERS = 5


def _tab(parameters: QueryDict) -> str:
    """Render one of the other tabs of the leaderboard."""
    filters, ground_truth = Filters.from_query(parameters), GroundTruth.objects.active()
    resolutions = Resolution.values if filters.tab is Tab.FIGURES else [filters.resolution]
    of_resolution = boards(filters, resolutions, ground_truth)
    rows = of_resolution[filters.resolution].rows
    context = {
        "filters": filters,
        "metric_label": filters.metric.label,
        "has_entries": any(not row.method for row in rows),
        "has_rows": bool(rows),
        **tab_context(filters, of_resolution, ground_truth),
    }
    return render_to_string(f"challenge/leaderboard/{filters.tab}.html", context)


TABS = Result("tab", _tab)


@dataclass(frozen=True)
class Leaders:
    """The highest rows and the best score over time, for the home page."""

    html: str
    has_figure: bool


def _leaders(parameters: QueryDict) -> Leaders:
    filters = Filters.from_query(parameters)
    board = boards(filters, [filters.resolution], GroundTruth.objects.active())[filters.resolution]
    figure = over_time(board, filters.metric)
    leaders = [row for row in with_rank_ranges(board.rows, filters.metric) if row.rank][:N_LEADERS]
    context = {
        "filters": filters,
        "metrics": Metric.choices,
        "leaders": with_attempts_of_selection(leaders, filters),
        "best_over_time": figure,
    }
    return Leaders(render_to_string("challenge/_leaders.html", context), figure is not None)


LEADERS = Result("leaders", _leaders)
