"""Home page."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.leaderboard.counts import COUNTS
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.fragments import OVER_TIME
from challenge.leaderboard.page import highest_rows, metrics_of
from challenge.models import Metric, News, Phase, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS

N_LEADERS = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Home page: introduction, leaders, current state, and how to take part."""
    filters = replace(Filters.from_query(request.GET).ranked, phase=None)
    phases = list(Phase.objects.open_now())
    context = {
        "filters": filters,
        "metrics": Metric.choices,
        "board_metrics": metrics_of(filters.metric),
        "resolutions": Resolution.values,
        "leaders": highest_rows(filters, N_LEADERS),
        "best_over_time": OVER_TIME.value(filters.ranking_values, ""),
        "phases": phases,
        "over": None if phases else Phase.objects.latest_opened(),
        "upcoming": Phase.objects.upcoming(),
        "news": News.objects.published().first(),
        "datasets": MEDMNIST_PLUS.datasets,
        "test_images": MEDMNIST_PLUS.n_rows,
        "counts": COUNTS.value({}, None),
    }
    return render(request, "challenge/home.html", context)
