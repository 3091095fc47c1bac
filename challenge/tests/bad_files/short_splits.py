"""Benchmark with short test splits, and the way of a file from the form to its scores."""

import dataclasses

from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenge.models import Evaluation, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.services import evaluations

ROWS = 20
SHORT = Benchmark(
    "Short splits",
    tuple(dataclasses.replace(d, n_test=ROWS) for d in MEDMNIST_PLUS),
    MEDMNIST_PLUS.resolutions,
)
NAMES = [dataset.name for dataset in SHORT]
COLUMNS = ["dataset", "index", *(f"p{j}" for j in range(14))]
HEADER = ",".join(COLUMNS).encode() + b"\n"


def post(client: Client, content: bytes, name: str = "predictions.csv", **fields: object):
    about = {"resolution": 28, "model_name": "ResNet", "description": "Trained with care."}
    return client.post("/profile/", about | fields | {"upload": SimpleUploadedFile(name, content)})


def evaluate(submission: Submission) -> Evaluation:
    evaluation = submission.evaluations.get()
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    return evaluation


def check_that_it_is_for_people(problems: list[str]) -> None:
    assert problems
    for problem in problems:
        assert problem.isprintable()
        assert len(problem) < 500
        for technical in ("Traceback", "Error(", "polars", "numpy.", "/tmp", str(django_settings.DATA_DIR)):  # noqa: S108
            assert technical not in problem


def scores_of(evaluation: Evaluation) -> dict:
    metrics = ("auc", "balanced_accuracy", "cohen_kappa", "accuracy")
    return {
        row.dataset: {metric: getattr(row, metric) for metric in metrics}
        for row in evaluation.dataset_scores.all()
    } | {"average": {metric: getattr(evaluation, metric) for metric in metrics}}
