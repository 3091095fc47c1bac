"""Page of the leaderboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.compare.selection import FEWEST, MOST
from challenge.leaderboard.control import control_comparison
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.fragments import TABS
from challenge.models import Metric, Resolution

ROWS_PER_PAGE = 100


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric: a page of its rows, or another tab with the highest rows."""
    filters = Filters.from_query(request.GET)
    context = {
        "filters": filters,
        "metric_label": filters.metric.label,
        "has_figures": filters.tab in (Tab.RANKS, Tab.WAYS, Tab.FIGURES),
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "tabs": Tab.choices,
    }
    if filters.tab is Tab.RANKING:
        context |= {"board": board_page(filters), "fewest": FEWEST, "most": MOST}
    else:
        context["tab"] = TABS.get(filters.ranked | {"view": filters.tab})
    if filters.tab is Tab.FIGURES:
        context["control"] = control_comparison(filters, request.GET.get("control", ""))
    return render(request, "challenge/leaderboard.html", context)
