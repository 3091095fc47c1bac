"""Page that compares two to five entries and published methods."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.compare.comparison import compare as compare_rows
from challenge.compare.figures import comparison_figures
from challenge.compare.selection import FEWEST, MOST, MOST_KEYS, find_rows
from challenge.formats.parameters import parameters
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.highest import HIGHEST
from challenge.leaderboard.phases import filters_of
from challenge.models import Metric, Resolution, ranked_versions
from challenge.results.rows import Row, shared_benchmark

#: Number of top rows at a resolution to choose from.
MOST_CHOICES = 40


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Comparison of the rows in the address that the viewer may see, with a form to change the selection."""
    filters = filters_of(request.GET)
    versions = ranked_versions()
    keys = list(dict.fromkeys(key for key in request.GET.getlist("e") if key))[:MOST_KEYS]
    found = find_rows(keys, request.user, versions)
    rows = list(found.values())
    same = [row for row in rows if row.benchmark == rows[0].benchmark]
    comparison = compare_rows(same[:MOST], filters.metric, versions) if len(same) >= FEWEST else None
    context = {
        "filters": filters,
        "selection": _selection(keys, filters),
        "chosen": rows,
        "on_other_datasets": [row for row in rows if row not in same],
        "benchmark": shared_benchmark(rows),
        "missing": [key for key in keys if key not in found],
        "fewest": FEWEST,
        "most": MOST,
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "comparison": comparison,
        "figures": comparison_figures(comparison) if comparison else [],
        **_choices(filters, found),
    }
    return render(request, "challenge/compare.html", context)


def _selection(keys: list[str], filters: Filters) -> QueryDict:
    """Return the query parameters of the page that compares these rows."""
    return parameters(
        {**filters.of_phase, "e": keys, "metric": filters.metric, "resolution": filters.resolution}
    )


def _choices(filters: Filters, found: dict[str, Row]) -> dict[str, object]:
    """Return the rows that can be added at the chosen resolution, and the first two as a suggestion."""
    highest = HIGHEST.value(filters.ranking_values, [])
    top = [row for row in highest if row.rank is not None][:FEWEST]
    return {
        "choices": [row for row in highest if row.key not in found][:MOST_CHOICES],
        "suggestion": _selection([row.key for row in top], filters) if len(top) == FEWEST else None,
    }
