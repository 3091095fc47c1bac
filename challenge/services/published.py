"""Storage of published results, including re-evaluations of published models."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from challenge.models import FACT_FIELDS, PublishedMethod, PublishedScore
from challenge.services.board import board_changed

#: Scheme, architecture, weighted loss, resolution.
MethodKey = tuple[str, str, bool, int]


@dataclass(frozen=True)
class PublishedResult:
    """One published score, scaled to [0, 1]: the mean over seeds, and the standard deviation if it was published."""

    source: str
    scheme: str
    architecture: str
    weighted_loss: bool
    resolution: int
    dataset: str
    metric: str
    mean: float
    std: float | None

    @property
    def method_key(self) -> MethodKey:
        """Key of the method."""
        return self.scheme, self.architecture, self.weighted_loss, self.resolution


@transaction.atomic
def replace_published_results(results: Iterable[PublishedResult]) -> tuple[int, int]:
    """Replace all scores of the results' sources by the given results; return the numbers of methods and scores.

    Scores from other sources stay. A method keeps its row, and so its URL, when its scores are imported again.
    """
    results = list(results)
    PublishedScore.objects.filter(source__in={result.source for result in results}).delete()
    methods = _methods_of(results)
    _add_scores(results, methods)
    PublishedMethod.objects.filter(scores__isnull=True).delete()
    board_changed()
    return len(methods), len(results)


@transaction.atomic
def publish_results(source: str, results: Iterable[PublishedResult]) -> list[PublishedMethod]:
    """Publish results from one source; return their methods.

    Earlier results of this source for these methods are replaced. Its other methods, and other sources, stay.
    """
    results = list(results)
    methods = _methods_of(results)
    PublishedScore.objects.filter(source=source, method__in=methods.values()).delete()
    _add_scores(results, methods)
    board_changed()
    return list(methods.values())


@transaction.atomic
def state_facts(facts: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Replace the facts of published methods: facts by field, for pairs of scheme and architecture.

    A fact that is left out becomes blank. Methods of other pairs keep their facts.
    """
    blank = {name: getattr(PublishedMethod(), name) for name in FACT_FIELDS}
    for (scheme, architecture), stated in facts.items():
        methods = PublishedMethod.objects.filter(scheme=scheme, architecture=architecture)
        methods.update(**{**blank, **stated})
    board_changed()


def _methods_of(results: Iterable[PublishedResult]) -> dict[MethodKey, PublishedMethod]:
    """Return the methods of results; methods that are missing are created."""
    keys = list(dict.fromkeys(result.method_key for result in results))
    known = _known_methods()
    PublishedMethod.objects.bulk_create(
        PublishedMethod(
            scheme=scheme, architecture=architecture, weighted_loss=weighted, resolution=resolution
        )
        for scheme, architecture, weighted, resolution in keys
        if (scheme, architecture, weighted, resolution) not in known
    )
    methods = _known_methods()  # read again: not every database says which primary keys it gave
    return {key: methods[key] for key in keys}


def _known_methods() -> dict[MethodKey, PublishedMethod]:
    return {
        (method.scheme, method.architecture, method.weighted_loss, method.resolution): method
        for method in PublishedMethod.objects.all()
    }


def _add_scores(results: Iterable[PublishedResult], methods: Mapping[MethodKey, PublishedMethod]) -> None:
    scores = [
        PublishedScore(
            method=methods[result.method_key],
            source=result.source,
            dataset=result.dataset,
            metric=result.metric,
            mean=result.mean,
            std=result.std,
        )
        for result in results
    ]
    PublishedScore.objects.bulk_create(scores, batch_size=500)
