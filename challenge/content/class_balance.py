"""Number of test images of each class, counted from the loaded labels. Only counts are published, never labels."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bigsite.outages import StorageDownError
from challenge.models import GroundTruth
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError, count_classes, read_ground_truth

logger = logging.getLogger(__name__)


def class_counts(ground_truth: GroundTruth | None) -> Mapping[str, tuple[int, ...]]:
    """Return the number of test images of each class (or with each label, if multi-label), by dataset.

    Empty if there is no ground truth, or if its file is missing, damaged or out of reach: pages work without the
    counts.
    """
    if ground_truth is None:
        return {}
    try:
        return _counts(ground_truth.checksum, ground_truth.path)
    except (GroundTruthError, StorageDownError) as error:
        logger.error("The labels of %s cannot be counted: %s", ground_truth, error)
        return {}


@lru_cache(maxsize=2)
def _counts(checksum: str, path: Path) -> dict[str, tuple[int, ...]]:
    """Count once for each version of the labels; `checksum` is the version."""
    return count_classes(read_ground_truth(path, MEDMNIST_PLUS).labels, MEDMNIST_PLUS)
