"""Pages of published methods."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from challenge.content.architectures import ARCHITECTURE_BY_NAME
from challenge.entries.citation import published_works
from challenge.figures.submission import metric_by_dataset
from challenge.leaderboard.filters import Filters
from challenge.models import Metric, PublishedMethod, PublishedScore
from challenge.results.facts import stated_facts
from challenge.results.rows import Row, published_rows, with_dataset_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS


@require_safe
def published_method(request: HttpRequest, pk: int) -> HttpResponse:
    """Page of a published method: its scores on each dataset, as printed in the sources, and its other resolutions."""
    method = get_object_or_404(PublishedMethod, pk=pk)
    siblings = PublishedMethod.objects.filter(
        scheme=method.scheme, architecture=method.architecture, weighted_loss=method.weighted_loss
    ).order_by("resolution")
    means = published_rows(siblings)
    (row,) = with_dataset_scores([row for row in means if row.method == method])
    context = {
        "method": method,
        "architecture": ARCHITECTURE_BY_NAME.get(method.architecture),
        "facts": stated_facts([method]),
        "metrics": Metric.choices,
        "average": row.scores,
        "rows": [(d, row.by_dataset[d.name]) for d in MEDMNIST_PLUS if d.name in row.by_dataset],
        "means": means,
        "figures": [
            metric_by_dataset([row.series(m)], m, MEDMNIST_PLUS)
            for m in Metric.values
            if _has_datasets(row, m)
        ],
        "is_reevaluated": PublishedScore.objects.filter(
            method__in=siblings, source=PublishedScore.Source.REEVALUATED
        ).exists(),
        "leaderboard": Filters(method.resolution),
        "works": published_works(method),
    }
    return render(request, "challenge/published_method.html", context)


def _has_datasets(row: Row, metric: str) -> bool:
    """Return True if a metric was published for single datasets, and not only for their mean."""
    return any(metric in scores for scores in row.by_dataset.values())
