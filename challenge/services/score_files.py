"""Scoring of one file of predictions against a file of labels; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from challenge.models import GroundTruth, Submission, WithheldDataset
from challenge.scoring import ground_truth as label_files
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.curves import curves
from challenge.scoring.metrics.evaluator import Scores
from challenge.scoring.metrics.evaluator import evaluate as evaluate_predictions
from challenge.scoring.metrics.warnings import warnings_of_scores
from challenge.scoring.withheld import LabelFile, read_withheld
from challenge.services.reading import read_submission


@dataclass(frozen=True)
class Outcome:
    """Metrics and per-dataset curve data of one file, and warnings for its team."""

    scores: Scores
    curves: Mapping[str, Mapping[str, Any]]
    warnings: tuple[str, ...]


def score_as(
    submission: Submission, path: Path, labels: GroundTruth, *, check_truth: bool = False
) -> Outcome:
    """Read, check and score the file at `path` as one of a submission: its resolution, all datasets of its phase.

    Raises:
        PredictionsError: the file is not a valid submission.
        GroundTruthError: the labels cannot be read.

    """
    withheld = WithheldDataset.labels_of(submission.phase_id)
    return score_file(path, labels.path, submission.resolution, check_truth=check_truth, withheld=withheld)


def score_file(
    path: Path,
    labels_path: Path,
    resolution: int | None = None,
    *,
    check_truth: bool = True,
    withheld: Sequence[LabelFile],
) -> Outcome:
    """Read, check and score a submission file for images of `resolution` against a file of labels.

    `check_truth` compares the file's column `truth` with the labels: at the first scoring only, because labels that
    are corrected later say nothing about the order of its rows. With withheld datasets it is never compared, because
    a refusal would tell their labels.

    Withheld datasets get metrics only: curves and warnings would tell more about their labels.

    Raises:
        PredictionsError: the file is not a valid submission.
        GroundTruthError: the labels cannot be read.

    """
    labels, benchmark = labels_in(labels_path), MEDMNIST_PLUS.with_withheld(one.dataset for one in withheld)
    predictions = read_submission(
        path,
        benchmark=benchmark,
        labels=labels if check_truth and not withheld else None,
        resolution=resolution,
    )
    all_labels = {**labels, **read_withheld(withheld)}
    scores = evaluate_predictions(predictions.values, all_labels, benchmark)
    return Outcome(
        scores,
        curves(predictions.values, labels, MEDMNIST_PLUS),
        (*predictions.warnings, *warnings_of_scores(scores, labels, MEDMNIST_PLUS)),
    )


@lru_cache(maxsize=2)
def labels_in(path: Path) -> Mapping[str, np.ndarray]:
    """Return the labels of a file. A process keeps those of the last two files."""
    return label_files.read_ground_truth(path, MEDMNIST_PLUS).labels
