"""The ranking."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.comparison import FEWEST, MOST
from challenge.leaderboard import Filters
from challenge.leaderboard import leaderboard as leaderboard_rows
from challenge.leaderboard_figures import leaderboard_figures
from challenge.models import GroundTruth, Metric, Resolution


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric, and the figures of what it shows."""
    filters = Filters.from_query(request.GET)
    ground_truth = GroundTruth.objects.active()
    rows = leaderboard_rows(filters, ground_truth)
    context = {
        "filters": filters,
        "rows": rows,
        "metrics": [(value, label, filters.query(metric=value)) for value, label in Metric.choices],
        "resolutions": [
            (value, label, filters.query(resolution=value)) for value, label in Resolution.choices
        ],
        "entries_best": filters.query(entries="best"),
        "entries_all": filters.query(entries="all"),
        "baselines_on": filters.query(baselines="on"),
        "baselines_off": filters.query(baselines="off"),
        "metric_label": filters.metric.label,
        "has_entries": any(row.submission for row in rows),
        "fewest": FEWEST,
        "most": MOST,
        "figures": leaderboard_figures(filters, rows, ground_truth),
    }
    return render(request, "challenge/leaderboard.html", context)
