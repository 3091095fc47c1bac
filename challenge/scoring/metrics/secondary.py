"""Informational metrics, which are never ranked, and the scores of two predictors that ignore the images.

`secondary_metrics` returns a dictionary per dataset, ready for JSON and without NaN:

- `matthews_correlation`: from the confusion matrix; in a multi-label dataset, the mean over its labels.
- `average_precision`: the unweighted mean over classes (each against the rest) or labels. A binary dataset has only
  class 1, from p1, like the ranked AUC.
- `brier_score`: the squared error summed over the classes, as mean over the images (0 to 2, as in Brier). A binary
  dataset uses p1 only; a multi-label dataset uses the mean over its labels (both 0 to 1).
- `log_loss`: the mean of -log(probability of the true class or label), natural logarithm, clipped by `LOG_CLIP`.
- `calibration_error`: the ECE of `curves.reliability`; `n` is the number of predictions in it.
- `recall` and `precision` of each class, or of each label's presence; precision is None if nothing was predicted as
  the class.
- `quadratic_kappa`: Cohen's kappa with quadratic weights, for ordinal datasets only.

The module `predicted` defines the predicted class of an image. Nothing here affects scores, so a change does not need
a new scorer version.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .curves import reliability
from .evaluator import evaluate
from .predicted import confusion_matrices, predicted_classes, predicted_confidences
from .ranked import METRICS, RANKED

#: Before the logarithm, probabilities are clipped to [LOG_CLIP, 1 - LOG_CLIP]. This is about the resolution near 1 of
#: float32, the type of most networks' outputs. A confidently wrong image therefore costs 16.1, not infinity.
LOG_CLIP = 1e-7

#: Scalar metrics of every dataset, averaged over the datasets.
AVERAGED = ("matthews_correlation", "average_precision", "brier_score", "log_loss", "calibration_error")


def secondary_metrics(
    predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], benchmark: Benchmark
) -> dict[str, dict[str, Any]]:
    """Return the secondary metrics of each dataset; arrays as for `evaluator.evaluate`.

    Probabilities are finite and in [0, 1], and rows have a positive sum, except in multi-label datasets;
    `read_predictions` guarantees this. Raises `ValueError` if a class is missing in the labels.
    """
    return {d.name: dataset_metrics(labels[d.name], predictions[d.name], d) for d in benchmark}


def dataset_metrics(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> dict[str, Any]:
    """Return the secondary metrics of one dataset; see `secondary_metrics`."""
    y_score = np.asarray(y_score, np.float64)
    y_pred = predicted_classes(y_score, dataset)
    confusions = confusion_matrices(y_true, y_pred, dataset)
    if dataset.task is Task.MULTILABEL:
        classes = [(confusion, 1) for confusion in confusions]
        right, confidence = y_true.ravel() == 1, y_score.ravel()
    else:
        classes = [(confusions[0], c) for c in range(dataset.n_classes)]
        right, confidence = y_pred == y_true, predicted_confidences(y_score, y_pred)
    found = {
        "matthews_correlation": _mean(map(matthews_correlation, confusions)),
        **_probability_metrics(y_true, y_score, dataset),
        "calibration_error": reliability(right, confidence)["ece"],
        "n": len(confidence),
        "recall": [_ratio(confusion[c, c], confusion[c].sum()) for confusion, c in classes],
        "precision": [_ratio(confusion[c, c], confusion[:, c].sum()) for confusion, c in classes],
    }
    if dataset.task is Task.ORDINAL:
        found["quadratic_kappa"] = quadratic_kappa(confusions[0])
    return found


def _probability_metrics(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> dict[str, float]:
    """Return the metrics that use probabilities, not predicted classes."""
    match dataset.task:
        case Task.MULTILABEL:
            precisions = [average_precision(t, s) for t, s in zip(y_true.T, y_score.T, strict=True)]
            brier, loss = _binary_losses(y_true, y_score)
        case Task.BINARY:
            precisions = [average_precision(y_true, y_score[:, 1])]
            brier, loss = _binary_losses(y_true, y_score[:, 1])
        case _:
            precisions = [average_precision(y_true == c, y_score[:, c]) for c in range(dataset.n_classes)]
            brier, loss = _multiclass_losses(y_true, y_score)
    return {"average_precision": _mean(precisions), "brier_score": brier, "log_loss": loss}


def average_precision(positive: np.ndarray, y_score: np.ndarray) -> float:
    """Return the mean over the positives of the precision at each positive's score as threshold.

    This equals the sum over thresholds of (R_k - R_(k-1)) P_k, without interpolation, as in scikit-learn; equal
    scores share a threshold. `positive` (n,) of 0 or 1 (or bool), `y_score` (n,) in [0, 1].

    Raises `ValueError` if there is no positive.
    """
    # as in `ranked.auc`: the bits of non-negative floats sort like the floats; the lowest bit carries the label
    keys = (np.asarray(y_score, np.float64) + 0.0).view(np.int64)
    keys <<= 1
    keys |= positive.astype(np.int64)
    keys.sort()
    found = keys[(keys & 1).astype(bool)]
    if not len(found):
        raise ValueError("average precision needs positive labels")
    n_true = len(found) - np.searchsorted(found, found)
    n_predicted = len(keys) - np.searchsorted(keys, found - 1)  # including negatives of the same score
    return float(np.mean(n_true / n_predicted))


def _binary_losses(y_true: np.ndarray, y_score: np.ndarray) -> tuple[float, float]:
    """Return Brier score and log loss of the probabilities that labels are 1: (n,), or (n, n_labels) for the means."""
    of_true = np.where(y_true == 1, y_score, 1 - y_score)
    return float(np.mean((1 - of_true) ** 2)), _mean_log_loss(of_true)


def _multiclass_losses(y_true: np.ndarray, y_score: np.ndarray) -> tuple[float, float]:
    """Return Brier score and log loss of (n, n_classes) probabilities for (n,) class numbers.

    The sum of a row may differ from 1 by up to `SUM_TOLERANCE`. The log loss divides rows by their sum: it uses the
    true class only, and would reward sums above 1. The Brier score uses all classes, without that division.
    """
    images = np.arange(len(y_true))
    loss = _mean_log_loss(y_score[images, y_true] / y_score.sum(axis=1))
    errors = y_score.copy()
    errors[images, y_true] -= 1
    errors *= errors
    return float(errors.sum() / len(y_true)), loss


def _mean_log_loss(of_true: np.ndarray) -> float:
    """Return the mean of -log of the probabilities of the true classes or labels."""
    return float(-np.log(np.clip(of_true, LOG_CLIP, 1 - LOG_CLIP)).mean())


def matthews_correlation(confusion: np.ndarray) -> float:
    """Return the Matthews correlation coefficient, from -1 to 1; for several classes the R_K of Gorodkin (2004).

    If all images are predicted as one class, it is 0/0. The result is then 0, as for guessing.
    """
    true, predicted = confusion.sum(axis=1).astype(float), confusion.sum(axis=0).astype(float)
    n = true.sum()
    variances = (n * n - true @ true) * (n * n - predicted @ predicted)
    return float((np.trace(confusion) * n - true @ predicted) / np.sqrt(variances)) if variances else 0.0


def quadratic_kappa(confusion: np.ndarray) -> float:
    """Return Cohen's kappa with confusions weighted by squared distance (Cohen, 1968), from -1 to 1.

    The confusion matrix has images of at least two classes, so the result is never 0/0.
    """
    grades = np.arange(len(confusion))
    weights = (grades[:, None] - grades) ** 2
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    expected = true @ weights @ predicted
    return float(1 - (weights * confusion).sum() * true.sum() / expected)


def reference_rows(labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> dict[str, dict[str, Any]]:
    """Return the scores of two predictors that ignore the images: `chance` and `majority`.

    Each has `datasets`, the ranked metrics and those of `secondary_metrics` by dataset name, and `average`, the
    unweighted means of `METRICS` and `AVERAGED`. They reveal no more of the labels than the class shares.
    """
    chance = {d.name: _chance(labels[d.name], d) for d in benchmark}
    return {
        reference: {"datasets": datasets, "average": _averages(datasets)}
        for reference, datasets in (("chance", chance), ("majority", _majority(labels, benchmark)))
    }


def _chance(y_true: np.ndarray, dataset: Dataset) -> dict[str, Any]:
    """Return the scores of equal probabilities for all classes (0.5 for every label), with classes guessed by them.

    Metrics of the guesses are expected values: the scorer would take the first of equal classes, and so predict one
    class only. Kappas and correlation are 0 in expectation, whatever the shares of the guesses.
    """
    multilabel = dataset.task is Task.MULTILABEL
    share = 1 / 2 if multilabel else 1 / dataset.n_classes
    y_score = np.full((dataset.n_test, dataset.n_classes), share)
    found = {
        **_guessed(y_true, dataset),
        "matthews_correlation": 0.0,
        **_probability_metrics(y_true, y_score, dataset),
        # a label's probability is compared with its presence, not with a guess
        "calibration_error": reliability(y_true.ravel() == 1, y_score.ravel())["ece"] if multilabel else 0.0,
        "n": y_score.size if multilabel else dataset.n_test,
        "recall": [share] * dataset.n_classes,
        "precision": class_shares(y_true, dataset).tolist(),
    }
    if dataset.task is Task.ORDINAL:
        found["quadratic_kappa"] = 0.0
    return found


def _guessed(y_true: np.ndarray, dataset: Dataset) -> dict[str, float]:
    """Return the ranked metrics of guesses from their expected confusion matrix.

    The matrix is scaled to whole numbers, so that nothing is rounded.
    """
    if dataset.task is Task.MULTILABEL:
        positive = np.count_nonzero(y_true, axis=0)
        support = np.stack([len(y_true) - positive, positive], axis=1)
    else:
        support = np.bincount(y_true, minlength=dataset.n_classes)[None]
    confusions = np.repeat(support[..., None], support.shape[1], axis=2)
    return {
        name: float(metric.of_confusion(confusions).mean()) if metric.of_confusion else 0.5
        for name, metric in RANKED.items()
    }


def _majority(labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> dict[str, dict[str, Any]]:
    """Return the scores of predicting the majority with probability 1.

    The majority is the most frequent class (the first, if several are equally frequent). In a multi-label dataset it
    is the more frequent value of each label.
    """
    predictions = {}
    for dataset in benchmark:
        shares = class_shares(labels[dataset.name], dataset)
        row = shares > 0.5 if dataset.task is Task.MULTILABEL else np.eye(dataset.n_classes)[shares.argmax()]
        predictions[dataset.name] = np.tile(row.astype(float), (dataset.n_test, 1))
    scores = evaluate(predictions, labels, benchmark).to_dict()["datasets"]
    secondary = secondary_metrics(predictions, labels, benchmark)
    return {name: scores[name] | secondary[name] for name in scores}


def class_shares(y_true: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the share of images of each class, or with each label, (n_classes,)."""
    if dataset.task is Task.MULTILABEL:
        return y_true.mean(axis=0)
    return np.bincount(y_true, minlength=dataset.n_classes) / len(y_true)


def _averages(datasets: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {metric: _mean(d[metric] for d in datasets.values()) for metric in (*METRICS, *AVERAGED)}


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _ratio(count: int, total: int) -> float | None:
    return float(count / total) if total else None
