"""The pages of published methods."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from challenge.figures.submission import metric_by_dataset
from challenge.leaderboard import Filters, add_dataset_scores, merge_sources, published_rows
from challenge.models import Metric, PublishedMethod, PublishedScore
from challenge.scoring.benchmark import MEDMNIST_PLUS


@require_safe
def published_method(request: HttpRequest, pk: int) -> HttpResponse:
    """A published method: its figures for each dataset, as their sources print them."""
    method = get_object_or_404(PublishedMethod, pk=pk)
    (row,) = published_rows([method])
    add_dataset_scores([row], None)
    merged = merge_sources(method.scores.all(), by="dataset")
    context = {
        "method": method,
        "metrics": Metric.choices,
        "average": merged.pop(PublishedScore.AVERAGE, {}),
        "rows": [(dataset, merged[dataset.name]) for dataset in MEDMNIST_PLUS if dataset.name in merged],
        "figures": [
            metric_by_dataset([row.series(m)], m, MEDMNIST_PLUS) for m in Metric.values if row.scores.get(m)
        ],
        "leaderboard_query": Filters(method.resolution).query(),
    }
    return render(request, "challenge/published_method.html", context)
