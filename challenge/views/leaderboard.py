"""The ranking."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from challenge.compare.comparison import FEWEST, MOST
from challenge.leaderboard.cache import cached
from challenge.leaderboard.ranking import Filters, View, boards
from challenge.leaderboard.tabs import view_context
from challenge.leaderboard.uncertainty import add_intervals, add_rank_ranges
from challenge.models import GroundTruth, Metric, Resolution

ROWS_PER_PAGE = 100


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric: a part of its rows, or another view of the highest ones."""
    filters = Filters.from_query(request.GET)
    page = request.GET.get("page", "") if filters.view is View.RANKING else ""
    page = page if page.isdecimal() and len(page) < 6 else "1"
    ground_truth = GroundTruth.objects.active()
    content = cached(
        lambda: _content(filters, page, ground_truth),
        "leaderboard",
        filters,
        page,
        ground_truth,
    )
    context = {
        "ground_truth": ground_truth,
        "filters": filters,
        "content": content,
        "metric_label": filters.metric.label,
        "has_figures": filters.view in (View.RANKS, View.WAYS, View.FIGURES),
        "metrics": [(value, label, filters.query(metric=value)) for value, label in Metric.choices],
        "resolutions": [
            (value, label, filters.query(resolution=value)) for value, label in Resolution.choices
        ],
        "views": [(value, label, filters.query(view=value)) for value, label in View.choices],
        "entries_best": filters.query(entries="best"),
        "entries_all": filters.query(entries="all"),
        "baselines_on": filters.query(baselines="on"),
        "baselines_off": filters.query(baselines="off"),
        "protocol_any": filters.query(protocol="any"),
        "protocol_standard": filters.query(protocol="standard"),
    }
    return render(request, "challenge/leaderboard.html", context)


def _content(filters: Filters, page: str, ground_truth: GroundTruth | None) -> str:
    """Render what depends on the entries; it is the same for everybody."""
    resolutions = Resolution.values if filters.view is View.FIGURES else [filters.resolution]
    of_resolution = boards(filters, resolutions, ground_truth)
    rows = of_resolution[filters.resolution].rows
    context = {
        "filters": filters,
        "metric_label": filters.metric.label,
        "has_entries": any(row.team for row in rows),
        "has_rows": bool(rows),
    }
    if filters.view is View.RANKING:
        add_rank_ranges(rows, filters.metric)
        shown = Paginator(rows, ROWS_PER_PAGE).get_page(page)
        add_intervals(list(shown), [filters.metric])
        context |= {
            "rows": shown,
            "metrics": [(value, label, filters.query(metric=value)) for value, label in Metric.choices],
            "pages": [(number, filters.query(page=number)) for number in shown.paginator.page_range],
            "n_with_leader": sum(row.is_with_leader is True for row in rows),
            "fewest": FEWEST,
            "most": MOST,
        }
    else:
        context |= view_context(filters, of_resolution, ground_truth)
    return render_to_string(f"challenge/leaderboard/{filters.view}.html", context)
