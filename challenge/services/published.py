"""Keeping the results that others published."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from challenge.models import PublishedMethod, PublishedScore


@dataclass(frozen=True)
class PublishedResult:
    """One published figure, scaled to [0, 1]: the mean over seeds, and its deviation where it is given."""

    source: str
    scheme: str
    architecture: str
    weighted_loss: bool
    resolution: int
    dataset: str
    metric: str
    mean: float
    std: float | None


@transaction.atomic
def replace_published_results(results: Iterable[PublishedResult]) -> tuple[int, int]:
    """Make the published results those given; returns the numbers of methods and of figures.

    A method keeps its row, and so its address, when its figures are imported again.
    """
    PublishedScore.objects.all().delete()
    methods: dict[tuple[str, str, bool, int], PublishedMethod] = {}
    scores = []
    for result in results:
        key = (result.scheme, result.architecture, result.weighted_loss, result.resolution)
        if key not in methods:
            methods[key], _ = PublishedMethod.objects.get_or_create(
                scheme=key[0], architecture=key[1], weighted_loss=key[2], resolution=key[3]
            )
        scores.append(
            PublishedScore(
                method=methods[key],
                source=result.source,
                dataset=result.dataset,
                metric=result.metric,
                mean=result.mean,
                std=result.std,
            )
        )
    PublishedScore.objects.bulk_create(scores, batch_size=500)
    PublishedMethod.objects.exclude(pk__in=[method.pk for method in methods.values()]).delete()
    return len(methods), len(scores)
