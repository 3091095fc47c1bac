"""Page of the metrics: definition, computation, and ranking by them."""

from math import log, sqrt
from statistics import NormalDist, fmean

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.content.calibration_floors import CALIBRATION_FLOORS
from challenge.content.worked_example import EXAMPLES
from challenge.leaderboard.detectable import detectable_differences
from challenge.leaderboard.own import MOST_WITH_RANGES
from challenge.leaderboard.uncertainty import MOST_WITH_LEADER
from challenge.models import Metric, ranked_versions
from challenge.results.secondary_metrics import SECONDARY_TITLES
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.metrics.curves import N_BINS
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.scoring.metrics.secondary import LOG_CLIP
from challenge.scoring.statistics.ranking import rank

#: Means of made-up entries, to show how ties are ranked; the last entry has no score.
TIED = (0.95, 0.93, 0.93, 0.91, None)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Formulas, meaning, rules for each kind of task, a worked example, ranking, ties, and uncertainty."""
    chances = {dataset: _chance(dataset) for dataset in MEDMNIST_PLUS}
    smallest = min(MEDMNIST_PLUS, key=lambda dataset: dataset.n_test)
    largest = max(MEDMNIST_PLUS, key=lambda dataset: dataset.n_test)
    context = {
        "metrics": Metric.choices,
        "example": EXAMPLES[0],
        "examples": EXAMPLES,
        "chances": chances.items(),
        "mean_chance": fmean(chances.values()),
        "smallest": smallest,
        "largest": largest,
        "accuracy_margins": [_margin(0.9, dataset.n_test) for dataset in (smallest, largest)],
        "most_with_leader": MOST_WITH_LEADER,
        "detectable": detectable_differences(),
        "most_on_own_board": MOST_WITH_RANGES,
        "calibration_floors": [(d.title, CALIBRATION_FLOORS[d.name]) for d in MEDMNIST_PLUS],
        "secondary_metrics": SECONDARY_TITLES.items(),
        "clipped_loss": -log(LOG_CLIP),
        "n_bins": N_BINS,
        "label_predictions": sum(d.n_test * d.n_classes for d in MEDMNIST_PLUS if d.task is Task.MULTILABEL),
        "ranking": zip(TIED, rank(TIED), strict=True),
        "scorer_version": versions.scorer if (versions := ranked_versions()) else SCORER_VERSION,
    }
    return render(request, "challenge/metrics.html", context)


def _chance(dataset: Dataset) -> float:
    """Return the balanced accuracy of a model that predicts the same class for every image."""
    return 1 / 2 if dataset.task is Task.MULTILABEL else 1 / dataset.n_classes


def _margin(accuracy: float, n: int) -> float:
    """Return half the width of the 95 % interval of an accuracy on n images, by the normal approximation."""
    return NormalDist().inv_cdf(0.975) * sqrt(accuracy * (1 - accuracy) / n)
