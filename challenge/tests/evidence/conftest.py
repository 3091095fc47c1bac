"""Entries with links, and organizers who look at them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenge.models import Submission
from challenge.services import evidence

STUDY, CODE = "https://doi.org/10.1000/182", "https://example.org/code"
SEEN = "Read in the proceedings; section 4 describes this model."


@pytest.fixture
def admin(organizer, as_user) -> Client:
    return as_user(organizer)


@pytest.fixture
def with_study(entry, team) -> Submission:
    return entry(team, 0.9, model_name="Studied", study_url=STUDY)


@pytest.fixture
def confirm(organizer) -> Callable[[Submission], None]:
    """Return a function that confirms the study of an entry."""
    return lambda submission: evidence.confirm_study(
        submission, study_url=submission.study_url, reason=SEEN, by=organizer
    )


@pytest.fixture
def files(prediction_files) -> Callable[..., dict[str, Any]]:
    """Return a function that gives the files of a reproduction, by default with the predictions of a skill of 1."""

    def uploads(skill: float = 1.0, *, content: bytes | None = None) -> dict[str, Any]:
        predictions = prediction_files(skill).read_bytes() if content is None else content
        return {
            "log": SimpleUploadedFile("run.log", b"epoch 1\n"),
            "predictions": SimpleUploadedFile("again.csv", predictions),
        }

    return uploads


@pytest.fixture
def reproduce(organizer, files) -> Callable[..., None]:
    """Return a function that marks an entry as reproduced."""

    def mark(submission: Submission, *, bound: float = 0.01, skill: float = 1.0, **about: Any) -> None:
        sent = {"how": "ran", "bound": bound, "reason": "Ran train.py.", **files(skill), **about}
        evidence.mark_as_reproduced(submission, **sent, by=organizer)

    return mark


def act(client: Client, name: str, submission: Submission, **sent: Any):
    """Confirm an act on the page of a submission in the admin."""
    sent = {"number": submission.pk, "confirm": "yes", "reason": SEEN, **sent}
    return client.post(f"/admin/challenge/submission/act/{name}/", sent, follow=True)
