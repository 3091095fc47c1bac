"""Home page."""

from dataclasses import replace
from functools import lru_cache
from weakref import ref

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from challenge.leaderboard.counts import COUNTS
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.fragments import OVER_TIME
from challenge.leaderboard.memory import Memory
from challenge.leaderboard.page import board_by, highest_rows, metrics_of, names_of_board
from challenge.leaderboard.standings import Standings
from challenge.leaderboard.store import NotMadeYetError, Snapshot
from challenge.models import Metric, News, Phase, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS

N_LEADERS = 5
#: Highest rows as HTML, by the choices of the reader, as `views.leaderboard` keeps pages.
_highest = Memory(16)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Home page: introduction, leaders, current state, and how to take part."""
    filters = replace(Filters.from_query(request.GET).ranked, phase=None)
    phases = list(Phase.objects.open_now())
    ours = [OVER_TIME.name(filters.ranking_values), COUNTS.name({})]
    seen = Snapshot.of([*names_of_board(filters), *ours])
    context = {
        "filters": filters,
        "choices": _choices(filters.parameters.urlencode()),
        "leaders": _leaders(filters, seen),
        "best_over_time": OVER_TIME.value(filters.ranking_values, "", seen),
        "phases": phases,
        "over": None if phases else Phase.objects.latest_opened(),
        "upcoming": None if phases else Phase.objects.upcoming(),
        "news": News.objects.published().first(),
        "datasets": MEDMNIST_PLUS.datasets,
        "test_images": MEDMNIST_PLUS.n_rows,
        "counts": COUNTS.value({}, None, seen),
    }
    return render(request, "challenge/home.html", context)


@lru_cache(maxsize=64)
def _choices(query: str) -> str:
    """Render the choices of a resolution and a metric."""
    context = {
        "filters": Filters.from_query(QueryDict(query)),
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
    }
    return render_to_string("challenge/_leaders_choices.html", context)


def _leaders(filters: Filters, seen: Snapshot) -> str:
    """Return the highest rows as HTML; empty while they are computed for the first time."""
    try:
        kept, lines_made_at = board_by(filters, seen)
    except NotMadeYetError:
        return ""
    version = ref(kept.value), lines_made_at
    return _highest.get(
        filters.parameters.urlencode(), version, lambda: _rendered_leaders(filters, kept.value)
    )


def _rendered_leaders(filters: Filters, standings: Standings) -> str:
    """Render the highest rows."""
    context = {
        "filters": filters,
        "metrics": metrics_of(filters.metric),
        "rows": highest_rows(filters, standings, N_LEADERS),
        "headline": standings.headline,
    }
    return render_to_string("challenge/_leaders.html", context)
