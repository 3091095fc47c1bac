"""Verification of an entry's scores, as readers see it: only one that found the same scores is shown."""

from typing import Any

from challenge.models import Evaluation, Verification


def verification_of(evaluation: Evaluation) -> Verification | None:
    """Return the verification of an evaluation if it found the same scores; organizers look at differences."""
    return Verification.objects.equal().filter(evaluation=evaluation).first()


def verification_document(evaluation: Evaluation) -> dict[str, Any] | None:
    """Return the verification as plain values, for JSON; None without one that found the same scores."""
    verification = verification_of(evaluation)
    if verification is None:
        return None
    return {
        "scikit_learn": verification.scikit_learn_version,
        "medmnist": verification.medmnist_version or None,
        "largest_difference": verification.largest_difference,
    }
