"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.leaderboard import Filters
from challenge.leaderboard import leaderboard as leaderboard_rows
from challenge.models import GroundTruth, Metric, Phase, PublishedMethod, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the benchmark is, its leaders, and how to take part."""
    filters = Filters()
    leaders = leaderboard_rows(filters, GroundTruth.objects.active())
    context = {
        "filters": filters,
        "metrics": Metric.choices,
        "leaders": [row for row in leaders if row.rank][:5],
        "phase": Phase.objects.current(),
        "datasets": MEDMNIST_PLUS.datasets,
        "entries": Submission.objects.public().count(),
        "teams": Submission.objects.public().values("team").distinct().count(),
        "published": PublishedMethod.objects.count(),
    }
    return render(request, "challenge/home.html", context)
