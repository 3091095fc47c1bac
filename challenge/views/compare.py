"""Two to five entries and published methods side by side."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.comparison import (
    FEWEST,
    MOST,
    MOST_KEYS,
    comparison_figures,
    dataset_table,
    find_rows,
    mean_table,
    series_of,
)
from challenge.leaderboard import Filters, Row
from challenge.leaderboard import leaderboard as leaderboard_rows
from challenge.models import GroundTruth, Metric, Resolution

#: So many of the highest rows at a resolution can be chosen from.
CHOICES = 40


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The rows that the address names, as far as the viewer may see them, and a form to change the choice."""
    filters = Filters.from_query(request.GET)
    ground_truth = GroundTruth.objects.active()
    keys = list(dict.fromkeys(key for key in request.GET.getlist("e") if key))[:MOST_KEYS]
    found = find_rows(keys, request.user, ground_truth)
    context = {
        "filters": filters,
        "chosen": list(found.values()),
        "missing": [key for key in keys if key not in found],
        "fewest": FEWEST,
        "most": MOST,
        "metrics": [(value, label, _query(keys, filters, metric=value)) for value, label in Metric.choices],
        "resolutions": [
            (value, label, _query(keys, filters, resolution=value)) for value, label in Resolution.choices
        ],
        **_choices(filters, found, ground_truth),
        **_comparison(list(found.values())[:MOST], filters.metric),
    }
    return render(request, "challenge/compare.html", context)


def _query(keys: Sequence[str], filters: Filters, **changes: object) -> str:
    values = {"metric": filters.metric, "resolution": filters.resolution} | changes
    return "?" + urlencode([*(("e", key) for key in keys), *values.items()])


def _choices(filters: Filters, found: dict[str, Row], ground_truth: GroundTruth | None) -> dict[str, object]:
    """What can be added at the chosen resolution; where nothing is chosen, the first two are suggested."""
    highest = leaderboard_rows(filters, ground_truth)[: CHOICES + len(found)]
    top = [row for row in highest if row.rank is not None][:FEWEST]
    return {
        "choices": [row for row in highest if row.key not in found][:CHOICES],
        "suggestion": _query([row.key for row in top], filters) if len(top) == FEWEST else "",
    }


def _comparison(rows: list[Row], metric: Metric) -> dict[str, object]:
    if len(rows) < FEWEST:
        return {"rows": []}
    resolutions = {row.resolution for row in rows}
    series = series_of(rows, metric)
    with_datasets = any(one.scores for one in series)
    return {
        "rows": rows,
        "differ_in_resolution": len(resolutions) > 1,
        "mean_table": mean_table(rows),
        "dataset_table": dataset_table(rows, metric) if with_datasets else [],
        "without_datasets": [one.label for one in series if not one.scores],
        "figures": comparison_figures(rows, metric),
    }
