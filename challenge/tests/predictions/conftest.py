"""Entries whose teams publish their predictions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from challenge.models import PredictionFile, Submission
from challenge.services import predictions

Status = PredictionFile.Status


@pytest.fixture(autouse=True)
def published_folder(tmp_path, settings) -> Path:
    settings.PUBLISHED_DIR = tmp_path / "published"
    return settings.PUBLISHED_DIR


@pytest.fixture
def publish() -> Callable[[], None]:
    """Return a function that does what sweep and worker do."""

    def sweep_and_work() -> None:
        predictions.queue_missing()
        for row in PredictionFile.objects.filter(status=Status.QUEUED):
            predictions.write_file(row.submission_id)

    return sweep_and_work


@pytest.fixture
def published(submit_and_score, team, publish) -> Submission:
    """A scored entry with its published file."""
    submission = submit_and_score(team, predictions_licence="CC-BY-4.0", model_name="Open model")
    publish()
    return submission


def address(submission: Submission) -> str:
    return f"/submissions/{submission.pk}/predictions.csv.gz"
