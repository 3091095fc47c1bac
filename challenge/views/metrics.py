"""What the metrics are, how they are computed here, and how entries are ranked by them."""

from statistics import fmean

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.models import Metric
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.evaluator import SCORER_VERSION
from challenge.scoring.ranking import rank
from challenge.worked_example import EXAMPLES

#: Means of made-up entries, to show how ties are ranked; the last lacks the metric.
TIED = (0.95, 0.93, 0.93, 0.91, None)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Formulas, meaning, rules for each kind of task, a worked example, ranking and ties."""
    chances = {dataset: _chance(dataset) for dataset in MEDMNIST_PLUS}
    context = {
        "metrics": Metric.choices,
        "example": EXAMPLES[0],
        "examples": EXAMPLES,
        "chances": chances.items(),
        "mean_chance": fmean(chances.values()),
        "smallest": min(MEDMNIST_PLUS, key=lambda dataset: dataset.n_test),
        "largest": max(MEDMNIST_PLUS, key=lambda dataset: dataset.n_test),
        "ranking": zip(TIED, rank(TIED), strict=True),
        "scorer_version": SCORER_VERSION,
    }
    return render(request, "challenge/metrics.html", context)


def _chance(dataset: Dataset) -> float:
    """The balanced accuracy of a model that says the same of every image."""
    return 1 / 2 if dataset.task is Task.MULTILABEL else 1 / dataset.n_classes
