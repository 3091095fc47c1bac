"""Page that compares two to five entries and published methods."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.compare.comparison import compare as compare_rows
from challenge.compare.figures import comparison_figures
from challenge.compare.selection import FEWEST, MOST, MOST_KEYS, find_rows
from challenge.formats.parameters import parameters
from challenge.leaderboard.cache import cached
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import GroundTruth, Metric, Resolution
from challenge.results.rows import Row

#: Number of top rows at a resolution to choose from.
CHOICES = 40


class Choice(NamedTuple):
    """A row that can be added."""

    key: str
    rank: int | None
    label: str


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Comparison of the rows in the address that the viewer may see, with a form to change the selection."""
    filters = Filters.from_query(request.GET)
    ground_truth = GroundTruth.objects.active()
    keys = list(dict.fromkeys(key for key in request.GET.getlist("e") if key))[:MOST_KEYS]
    found = find_rows(keys, request.user, ground_truth)
    rows = list(found.values())
    comparison = compare_rows(rows[:MOST], filters.metric, ground_truth) if len(rows) >= FEWEST else None
    context = {
        "filters": filters,
        "selection": _selection(keys, filters),
        "chosen": rows,
        "missing": [key for key in keys if key not in found],
        "fewest": FEWEST,
        "most": MOST,
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "comparison": comparison,
        "figures": comparison_figures(comparison) if comparison else [],
        **_choices(filters, found, ground_truth),
    }
    return render(request, "challenge/compare.html", context)


def _selection(keys: list[str], filters: Filters) -> QueryDict:
    """Return the query parameters of the page that compares these rows."""
    return parameters({"e": keys, "metric": filters.metric, "resolution": filters.resolution})


def _choices(filters: Filters, found: dict[str, Row], ground_truth: GroundTruth | None) -> dict[str, object]:
    """Return the rows that can be added at the chosen resolution, and the first two as a suggestion."""
    highest = cached(
        lambda: _highest(filters, ground_truth),
        "choices to compare",
        filters,
        ground_truth,
    )
    top = [row for row in highest if row.rank is not None][:FEWEST]
    return {
        "choices": [row for row in highest if row.key not in found][:CHOICES],
        "suggestion": _selection([row.key for row in top], filters) if len(top) == FEWEST else None,
    }


def _highest(filters: Filters, ground_truth: GroundTruth | None) -> list[Choice]:
    """Return enough rows that `CHOICES` remain, whatever the selection is."""
    rows = leaderboard(filters, ground_truth)[: CHOICES + MOST_KEYS]
    return [Choice(str(row.key), row.rank, row.label) for row in rows]
