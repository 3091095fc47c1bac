"""Two to five entries and published methods side by side."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.compare.comparison import (
    FEWEST,
    MOST,
    MOST_KEYS,
    comparison_figures,
    dataset_table,
    find_rows,
    mean_table,
    series_of,
)
from challenge.compare.differences import (
    add_dataset_intervals,
    comparable,
    dataset_differences,
    mean_differences,
    replicates_of,
    standings,
    wins,
)
from challenge.leaderboard.cache import cached
from challenge.leaderboard.ranking import Filters, Row, leaderboard
from challenge.leaderboard.uncertainty import add_intervals
from challenge.models import GroundTruth, Metric, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: So many of the highest rows at a resolution can be chosen from.
CHOICES = 40


class Choice(NamedTuple):
    """A row that can be added."""

    key: str
    rank: int | None
    label: str


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
        **_comparison(list(found.values())[:MOST], filters.metric, ground_truth),
    }
    return render(request, "challenge/compare.html", context)


def _query(keys: Sequence[str], filters: Filters, **changes: object) -> str:
    values = {"metric": filters.metric, "resolution": filters.resolution} | changes
    return "?" + urlencode([*(("e", key) for key in keys), *values.items()])


def _choices(filters: Filters, found: dict[str, Row], ground_truth: GroundTruth | None) -> dict[str, object]:
    """What can be added at the chosen resolution; where nothing is chosen, the first two are suggested."""
    highest = cached(
        lambda: _highest(filters, ground_truth),
        "choices to compare",
        filters,
        ground_truth,
    )
    top = [row for row in highest if row.rank is not None][:FEWEST]
    return {
        "choices": [row for row in highest if row.key not in found][:CHOICES],
        "suggestion": _query([row.key for row in top], filters) if len(top) == FEWEST else "",
    }


def _highest(filters: Filters, ground_truth: GroundTruth | None) -> list[Choice]:
    """Return enough rows for `CHOICES` to be left, whatever was chosen."""
    rows = leaderboard(filters, ground_truth)[: CHOICES + MOST_KEYS]
    return [Choice(row.key, row.rank, row.label) for row in rows]


def _comparison(rows: list[Row], metric: Metric, ground_truth: GroundTruth | None) -> dict[str, object]:
    if len(rows) < FEWEST:
        return {"rows": []}
    add_intervals(rows)
    replicates = replicates_of(rows, metric)
    add_dataset_intervals(rows, metric, replicates)
    paired = comparable(rows, replicates, ground_truth)
    series = series_of(rows, metric)
    labels = [one.label for one in series]
    with_datasets = any(one.scores for one in series)
    words = standings(rows, metric, paired)
    return {
        "rows": rows,
        "labels": labels,
        "differ_in_resolution": len({row.resolution for row in rows}) > 1,
        "with_intervals": bool(replicates),
        "with_deviations": any(score.std is not None for row in rows for score in row.scores.values()),
        "with_groups": any(row.group for row in rows),
        "without_replicates": [
            label for row, label in zip(rows, labels, strict=True) if row.key not in paired
        ],
        "mean_table": mean_table(rows),
        "mean_differences": list(zip(labels[1:], mean_differences(rows, metric, paired), strict=True)),
        "dataset_table": dataset_table(rows, metric) if with_datasets else [],
        "dataset_differences": list(
            zip(MEDMNIST_PLUS, dataset_differences(rows, metric, paired), strict=True)
        ),
        "standings": list(zip(MEDMNIST_PLUS, words, strict=True)),
        "wins": wins(words),
        "pairs": len(paired) >= FEWEST,
        "without_datasets": [one.label for one in series if not one.scores],
        "figures": comparison_figures(rows, metric, paired),
    }
