"""A board with every kind of row at two resolutions."""

from pathlib import Path

import pytest
from django.db.models import F

from challenge.models import Evaluation, PublishedMethod, PublishedScore
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import groups


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """Folder of the archives of one test."""
    settings.RELEASES_DIR = tmp_path / "archives"
    settings.RELEASES_DIR.mkdir()
    return settings.RELEASES_DIR


def add_published(architecture: str, value: float, resolution: int = 224, metrics=METRICS) -> PublishedMethod:
    method = PublishedMethod.objects.create(scheme="knn", architecture=architecture, resolution=resolution)
    for name in ("average", *(dataset.name for dataset in MEDMNIST_PLUS)):
        for metric in metrics:
            PublishedScore.objects.create(
                method=method, source="doerrich2024", dataset=name, metric=metric, mean=value
            )
    return method


def _make_means_those_of_the_datasets() -> None:
    """Shift the scores on the datasets, which a fixture invents, so that their means are those of the entry."""
    for evaluation in Evaluation.objects.all():
        scores = evaluation.dataset_scores
        for metric in METRICS:
            mean = sum(scores.values_list(metric, flat=True)) / MEDMNIST_PLUS.n_datasets
            scores.update(**{metric: F(metric) + getattr(evaluation, metric) - mean})


@pytest.fixture
def board(uncertain_entry, entry_by_dataset, team, other_team) -> dict:
    """Entries of two teams: named, anonymous, private, without intervals, a group of seeds; and published results."""
    rows = {
        "best": uncertain_entry(team, 0.91, model_name="ResNet-18", sha256="1" * 64),
        "second": uncertain_entry(team, 0.905, model_name="=ResNet-50", sha256="2" * 64),
        "rival": uncertain_entry(other_team, 0.908, model_name="ViT-B/16", sha256="3" * 64),
        "anonymous": uncertain_entry(other_team, 0.912, visibility="anonymous", sha256="4" * 64),
        "private": uncertain_entry(other_team, 0.99, visibility="private", model_name="Secret"),
        "without intervals": entry_by_dataset(other_team, 0.906),
        "small": uncertain_entry(team, 0.8, resolution=28),
    }
    seeds = [uncertain_entry(team, auc, sha256=f"{n:064}") for n, auc in enumerate((0.907, 0.909), start=7)]
    rows["group"] = groups.create_group(team=team, name="Two seeds", members=[seed.pk for seed in seeds])
    rows["seeds"] = seeds
    _make_means_those_of_the_datasets()
    rows["published"] = add_published("vgg16", 0.904)
    rows["without AUC"] = add_published("alexnet", 0.9, metrics=("accuracy",))
    return rows
