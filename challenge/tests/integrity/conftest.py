"""Entries with files and checks."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import Team
from challenge.models import Evaluation, IntegrityFlag, IntegrityRecord, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import integrity
from challenge.tests.integrity.generated import Predictions

NAMES = iter(range(10**6))


@pytest.fixture(scope="session")
def file_of(tmp_path_factory) -> Callable[[Predictions], bytes]:
    """Return a function that gives the content of a file."""
    folder = tmp_path_factory.mktemp("generated")

    def content(predictions: Predictions) -> bytes:
        path = folder / f"{next(NAMES)}.csv"
        write_predictions(path, predictions, MEDMNIST_PLUS)
        return path.read_bytes()

    return content


@pytest.fixture
def sent(submit, file_of) -> Callable[..., Submission]:
    """Return a function that adds a scored entry with a file, without scoring it."""

    def add(team: Team, predictions: Predictions, **about) -> Submission:
        submission = submit(team, content=file_of(predictions), **about)
        submission.evaluations.update(
            status=Evaluation.Status.SCORED,
            scored_at=timezone.now(),
            **dict.fromkeys(["auc", "balanced_accuracy", "cohen_kappa", "accuracy"], 0.8),
        )
        return submission

    return add


@pytest.fixture
def checked(sent) -> Callable[..., Submission]:
    """Return a function that adds an entry and checks it."""

    def add(team: Team, predictions: Predictions, **about) -> Submission:
        submission = sent(team, predictions, **about)
        check(submission)
        return submission

    return add


def check(submission: Submission) -> None:
    integrity.queue_check(submission)
    integrity.check(submission.pk)
    assert submission_record(submission).status == IntegrityRecord.Status.DONE


def submission_record(submission: Submission) -> IntegrityRecord:
    return IntegrityRecord.objects.get(submission=submission)


def flags() -> list[tuple[Submission, str, set[Submission]]]:
    """Return the flags: submission, kind, others."""
    return [
        (flag.submission, flag.kind, set(flag.others.all())) for flag in IntegrityFlag.objects.order_by("pk")
    ]
