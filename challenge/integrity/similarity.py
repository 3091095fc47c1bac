"""Similarity of the predictions of two entries, also after calibration: the exact comparison of a candidate.

A copy can be made flatter or sharper with a temperature (Guo et al., 2017, "On Calibration of Modern Neural Networks").
So the temperature is fitted for each dataset, before the residuals are compared.
"""

from collections.abc import Mapping

import numpy as np

from challenge.integrity.sketches import N_COMPARED, compared_images, residuals
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task

#: Entries with a sketch of at least this similarity are compared exactly, this many at most.
CANDIDATE, MOST_CANDIDATES = 0.8, 3
#: Similarity of a copy. Measured: copies with 5 % noise 0.99; an ensemble and its member 0.94; seeds 0.86.
COPY = 0.97
#: Smallest probability whose logarithm is taken.
FLOOR = 1e-7
#: Octaves of temperatures, and the step around the best.
OCTAVES, STEP = np.arange(-3.0, 4.0), 0.5


def similarity(
    predictions: Mapping[str, np.ndarray],
    other: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
) -> float:
    """Return the mean of the six highest correlations of the residuals on a dataset: 1 for a copy.

    Datasets on which one of the entries has no residuals are left out; if too few are left, it is 0.
    """
    found = [one for d in MEDMNIST_PLUS if (one := _of_dataset(predictions, other, labels, d)) is not None]
    return float(np.mean(sorted(found)[-N_COMPARED:])) if len(found) >= N_COMPARED else 0.0


def _of_dataset(
    predictions: Mapping[str, np.ndarray],
    other: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    dataset: Dataset,
) -> float | None:
    """Return the correlation with the other predictions at the best temperature; None without residuals."""
    from scipy.special import expit, softmax  # take memory that other tasks do not need

    images = compared_images(dataset)
    y_true = labels[dataset.name][images]
    own = residuals(predictions[dataset.name][images], y_true, dataset)
    logits = _logits(other[dataset.name][images], dataset)

    def at(octave: float) -> float:
        tempered = logits * 2.0**-octave
        scores = expit(tempered) if dataset.task is Task.MULTILABEL else softmax(tempered, axis=1)
        return _correlation(own, residuals(scores, y_true, dataset))

    if not own.any() or not residuals(other[dataset.name][images], y_true, dataset).any():
        return None
    coarse = [at(octave) for octave in OCTAVES]
    best = OCTAVES[int(np.argmax(coarse))]
    return max(*coarse, at(best - STEP), at(best + STEP))


def _logits(y_score: np.ndarray, dataset: Dataset) -> np.ndarray:
    logits = np.log(np.maximum(y_score, FLOOR))
    return logits - np.log(np.maximum(1 - y_score, FLOOR)) if dataset.task is Task.MULTILABEL else logits


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    norms = np.linalg.norm(a) * np.linalg.norm(b)
    return float(np.sum(a * b) / norms) if norms else 0.0
