"""Home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from challenge.leaderboard.cache import cached
from challenge.leaderboard.figures import over_time
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.page import board_rows, metrics_of, ranking_of
from challenge.leaderboard.ranking import boards
from challenge.models import (
    GroundTruth,
    Metric,
    Phase,
    PublishedMethod,
    Resolution,
    Submission,
    SubmissionQuerySet,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS

N_LEADERS = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Home page: introduction, leaders, current state, and how to take part."""
    filters = Filters.from_query(request.GET).ranked
    entries = Submission.objects.ranked()
    leaders, has_figure = cached(lambda: _leaders(filters), "leaders", filters)
    context = {
        "filters": filters,
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "leaders": leaders,
        "has_figure": has_figure,
        "phase": Phase.objects.current(),
        "upcoming": Phase.objects.upcoming(),
        "datasets": MEDMNIST_PLUS.datasets,
        "test_images": MEDMNIST_PLUS.n_rows,
        "entries": entries.count(),
        "teams": _count_teams(entries.named()) + _count_teams(entries.anonymous()),
        "published": PublishedMethod.objects.count(),
    }
    return render(request, "challenge/home.html", context)


def _count_teams(entries: SubmissionQuerySet) -> int:
    """Count the teams of entries. Hidden teams are counted apart: the sum must not tell if they have other entries."""
    return entries.order_by().values("team").distinct().count()


def _leaders(filters: Filters) -> tuple[str, bool]:
    """Render the part that depends on the entries, the same for all users; also return True if it has a figure."""
    ground_truth = GroundTruth.objects.active()
    ranking = ranking_of(filters, ground_truth)
    figure = over_time(
        boards(filters, [filters.resolution], ground_truth)[filters.resolution], filters.metric
    )
    context = {
        "filters": filters,
        "headline": ranking.headline,
        "metrics": metrics_of(filters.metric),
        "leaders": board_rows([row for row in ranking.rows if row.standing.rank][:N_LEADERS], filters),
        "best_over_time": figure,
    }
    return render_to_string("challenge/_leaders.html", context), figure is not None
