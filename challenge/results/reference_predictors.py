"""Scores of two trivial predictors on the active test labels: chance, and always the most frequent class."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from challenge.models import GroundTruth
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import read_ground_truth
from challenge.scoring.metrics.secondary import reference_rows


def reference_predictors(ground_truth: GroundTruth) -> dict[str, dict[str, Any]]:
    """Return `chance` and `majority` from `scoring.metrics.secondary.reference_rows`."""
    return _reference_rows(ground_truth.path)


@lru_cache(maxsize=2)
def _reference_rows(path: Path) -> dict[str, dict[str, Any]]:
    return reference_rows(read_ground_truth(path, MEDMNIST_PLUS).labels, MEDMNIST_PLUS)
