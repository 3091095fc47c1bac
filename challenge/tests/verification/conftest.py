"""Entries that can be verified, and the answer of the field's own code about their file."""

from typing import Any

import pytest

from challenge.models import Submission, Uncertainty
from challenge.services import verifications
from challenge.verification.__main__ import scores_of


@pytest.fixture
def scored(submit_and_score, team) -> Submission:
    """A scored entry whose intervals are known."""
    submission = submit_and_score(team)
    Uncertainty.objects.update(status=Uncertainty.Status.DONE, results_version="test")
    return submission


@pytest.fixture(scope="session")
def answer(labels, prediction_files) -> dict[str, Any]:
    """Scores of the usual file by the field's own code, computed once."""
    return scores_of(prediction_files(1.0), labels.labels)


@pytest.fixture
def known_answer(monkeypatch, answer) -> None:
    """Give the answer without a process of its own, which takes seconds."""
    monkeypatch.setattr(verifications, "recompute", lambda evaluation: answer)


@pytest.fixture
def verifying(settings) -> None:
    """A site that verifies new entries, as by default."""
    settings.VERIFY_SCORES = True
