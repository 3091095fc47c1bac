"""Operations about the benchmark itself: datasets, metrics, phases."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.decorators import decorate_view

from challenge.api import schemas
from challenge.api.open_page import open_page
from challenge.api.problems import problems_of
from challenge.models import Metric, Phase, benchmarks_of
from challenge.scoring.benchmark import MEDMNIST_PLUS

router = Router()


@router.get("/datasets", response={200: list[schemas.Dataset], **problems_of()}, summary="Datasets")
@decorate_view(open_page)
def datasets(request: HttpRequest) -> list[dict[str, Any]]:
    """The datasets in the order of a submission; classes are in the order of the probabilities."""
    return [
        {
            "name": dataset.name,
            "title": dataset.title,
            "task": dataset.task.value,
            "n_classes": dataset.n_classes,
            "n_test": dataset.n_test,
            "labels": list(dataset.classes),
        }
        for dataset in MEDMNIST_PLUS
    ]


@router.get("/metrics", response={200: list[schemas.MetricInfo], **problems_of()}, summary="Metrics")
@decorate_view(open_page)
def metrics(request: HttpRequest) -> list[dict[str, Any]]:
    """The metrics that rank."""
    return [{"name": metric.value, "label": str(metric.label)} for metric in Metric]


@router.get("/phases", response={200: list[schemas.PhaseInfo], **problems_of()}, summary="Phases")
@decorate_view(open_page)
def phases(request: HttpRequest) -> list[dict[str, Any]]:
    """The phases that have opened, with their limits and datasets, the latest first."""
    found, now = list(Phase.objects.all()), timezone.now()
    opened = [phase for phase in found if phase.opens_at <= now]
    benchmarks = benchmarks_of([phase.pk for phase in opened])
    return [
        {
            "id": phase.pk,
            "name": phase.name,
            "opens_at": phase.opens_at,
            "closes_at": phase.closes_at,
            "takes_submissions": phase.is_open(now),
            "has_public_results": phase.is_published,
            "daily_limit": phase.daily_limit,
            "total_limit": phase.total_limit,
            "datasets": [dataset.name for dataset in benchmarks[phase.pk]],
        }
        for phase in opened
    ]
