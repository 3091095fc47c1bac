"""The ranking."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.leaderboard import Filters
from challenge.leaderboard import leaderboard as leaderboard_rows
from challenge.models import GroundTruth, Metric, Resolution


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric."""
    filters = Filters.from_query(request.GET)
    rows = leaderboard_rows(filters, GroundTruth.objects.active())
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
    }
    return render(request, "challenge/leaderboard.html", context)
