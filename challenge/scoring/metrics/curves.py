"""Compact data for the figures of an entry: confusion matrices, ROC curves and reliability.

Each dataset has a dictionary, ready for JSON:

- `confusion`: counts; rows are true classes, columns are predicted classes. A multi-label dataset has one row per
  label: true negatives, false positives, false negatives, true positives.
- `roc`: one curve per class against the rest, or per label; a binary dataset has only the curve of class 1. Each curve
  has the exact `auc`, and its corners `fpr` and `tpr` from (0, 0) to (1, 1), in units of 1 / `UNIT`.
- `reliability`: bins of equal width with their `count`, mean `confidence` and `accuracy` (None in an empty bin), and
  the expected calibration error `ece`.

Nothing here affects scores, so a change does not need a new scorer version.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .predicted import confusion_matrices, predicted_classes, predicted_confidences

#: Points of ROC curves are whole multiples of 1 / UNIT.
UNIT = 10_000
MAX_POINTS = 200
#: As in Guo et al. (2017).
N_BINS = 15


def curves(
    predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], benchmark: Benchmark
) -> dict[str, dict[str, Any]]:
    """Return the curves of each dataset; arrays as for `evaluator.evaluate`."""
    return {d.name: dataset_curves(labels[d.name], predictions[d.name], d) for d in benchmark}


def dataset_curves(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> dict[str, Any]:
    """Return the curves of one dataset."""
    y_pred = predicted_classes(y_score, dataset)
    confusions = confusion_matrices(y_true, y_pred, dataset)
    if dataset.task is Task.MULTILABEL:
        return {
            "confusion": [confusion.ravel().tolist() for confusion in confusions],
            "roc": [roc_curve(t == 1, s) for t, s in zip(y_true.T, y_score.T, strict=True)],
            "reliability": reliability(y_true.ravel() == 1, y_score.ravel()),
        }
    classes = [1] if dataset.task is Task.BINARY else range(dataset.n_classes)
    return {
        "confusion": confusions[0].tolist(),
        "roc": [roc_curve(y_true == c, y_score[:, c]) for c in classes],
        "reliability": reliability(y_pred == y_true, predicted_confidences(y_score, y_pred)),
    }


def roc_curve(positive: np.ndarray, y_score: np.ndarray) -> dict[str, Any]:
    """Return the ROC curve of scores (n,) for boolean labels (n,) with positives and negatives.

    A curve with few corners keeps all of them. Others become points at equal steps d of about 0.01, measured as the
    way to the right plus the way up. A straight step cuts off an area of at most d * d / 8, above or below the curve.
    Tests find the total area correct within 0.0003, and within 0.0025 for a contrived curve.
    """
    false, true = _thresholds(positive, y_score)
    n_false, n_true = int(false[-1]), int(true[-1])
    area = int((np.diff(false) * (true[1:] + true[:-1])).sum()) / (2 * n_false * n_true)
    false, true = _corners(false, true)
    if len(false) > MAX_POINTS:
        way = false / n_false + true / n_true
        steps = np.linspace(0, 2, MAX_POINTS)
        false, true = np.interp(steps, way, false), np.interp(steps, way, true)
    return {
        "auc": area,
        "fpr": np.rint(false * (UNIT / n_false)).astype(int).tolist(),
        "tpr": np.rint(true * (UNIT / n_true)).astype(int).tolist(),
    }


def _thresholds(positive: np.ndarray, y_score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of false and true positives, from the highest threshold to the lowest.

    Each score of a positive gives two thresholds: just above it, and at it. Only negatives lie between the thresholds
    of one score and of the next, so the curve is straight there and nothing is lost.
    """
    scores = np.sort(y_score[positive])
    others = np.sort(y_score[~positive])
    first = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))
    end = np.append(first[1:], len(scores))
    distinct = scores[first]
    at, above = (np.searchsorted(others, distinct, side) for side in ("left", "right"))
    false = np.stack([len(others) - at, len(others) - above], axis=1)
    true = np.stack([len(scores) - first, len(scores) - end], axis=1)
    # these arrays start with the lowest scores
    return (
        np.concatenate([[0], false.ravel()[::-1], [len(others)]]),
        np.concatenate([[0], true.ravel()[::-1], [len(scores)]]),
    )


def _corners(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of a line, without repeated points and points on a straight segment."""
    moved = np.append(True, (np.diff(x) != 0) | (np.diff(y) != 0))
    x, y = x[moved], y[moved]
    dx, dy = np.diff(x), np.diff(y)
    turns = dx[1:] * dy[:-1] != dx[:-1] * dy[1:]
    kept = np.concatenate([[True], turns, [True]])
    return x[kept], y[kept]


def reliability(right: np.ndarray, confidence: np.ndarray) -> dict[str, Any]:
    """Return the accuracy of predictions by bin of confidence; both arrays are (n,), confidence in [0, 1].

    Bins and the expected calibration error follow equation 3 of Guo et al. (2017), "On Calibration of Modern Neural
    Networks": ECE = sum over bins of (count / n) * |accuracy - mean confidence|. A bin includes its upper end; the
    first bin also includes 0. In a multi-label dataset, each probability of a label counts as a prediction, which is
    right if the label is present.
    """
    bins = np.searchsorted(np.linspace(0, 1, N_BINS + 1)[1:-1], confidence)
    count = np.bincount(bins, minlength=N_BINS)
    sums = np.bincount(bins, confidence, N_BINS)
    hits = np.bincount(bins[right], minlength=N_BINS)
    filled = np.maximum(count, 1)
    return {
        "ece": float(np.abs(hits - sums).sum() / len(confidence)),
        "count": count.tolist(),
        "confidence": _where_filled(sums / filled, count),
        "accuracy": _where_filled(hits / filled, count),
    }


def _where_filled(values: np.ndarray, count: np.ndarray) -> list[float | None]:
    return [round(v, 6) if n else None for v, n in zip(values.tolist(), count.tolist(), strict=True)]
