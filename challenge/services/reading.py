"""Prediction files of submissions, read within the limits of this site."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from django.conf import settings

from challenge.scoring.benchmark import Benchmark
from challenge.scoring.reading.predictions import Limits, Predictions, read_predictions


def read_submission(
    path: Path,
    *,
    benchmark: Benchmark,
    labels: Mapping[str, np.ndarray] | None = None,
    resolution: int | None = None,
) -> Predictions:
    """Read a file of predictions for the datasets of a phase; `labels` and `resolution` are as for `read_predictions`.

    Raises:
        PredictionsError: the file is not a valid submission.
        OSError: the file cannot be read.

    """
    limits = Limits(settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
    return read_predictions(path, benchmark, labels=labels, limits=limits, resolution=resolution)
