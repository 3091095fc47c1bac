"""Metrics that are shown for information and never ranked, and what two predictors get that look at no image.

Of each dataset `secondary_metrics` gives a dictionary, ready for JSON and without NaN:

- `matthews_correlation`: from the confusion matrix; if the dataset is multi-label, the mean over its labels.
- `average_precision`: of each class against the rest, or of each label, then the unweighted mean. For a binary
  dataset it is that of class 1, from p1, as the ranked AUC is.
- `brier_score`: the mean over images of the squared error, summed over the classes (0 to 2, as Brier has it); for a
  binary dataset that of p1 alone, and for a multi-label one the mean over labels of the same (both 0 to 1).
- `log_loss`: the mean of -log(probability of what is true), natural logarithm, with the clipping of `LOG_CLIP`.
- `calibration_error`: the ECE of `curves.reliability`, and `n`, the number of predictions that it is over.
- `recall` and `precision`: of each class, or of each label where it is present; a precision is None where nothing
  was predicted so.
- `quadratic_kappa`: Cohen's kappa with quadratic weights, of ordinal datasets only.

`predicted` says which class an image is counted as. Nothing here changes a score, so that a change needs no
new version of the scorer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .curves import reliability
from .evaluator import evaluate
from .predicted import confusion_matrices, predicted_classes, predicted_confidences
from .ranked import METRICS, RANKED

#: Before the logarithm, a probability is raised to this, and lowered to 1 minus this: about what float32, the type of
#: most networks' outputs, can tell from 1. One image that is surely wrong thus costs 16.1 and not infinity.
LOG_CLIP = 1e-7

#: What is one number for every dataset, so that it has a mean over them.
AVERAGED = ("matthews_correlation", "average_precision", "brier_score", "log_loss", "calibration_error")


def secondary_metrics(
    predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], benchmark: Benchmark
) -> dict[str, dict[str, Any]]:
    """Return the secondary metrics of each dataset; see `evaluator.evaluate` for the arrays.

    Probabilities are finite and in [0, 1], and rows have a positive sum, save in multi-label datasets: what
    `read_predictions` gives. Raises `ValueError` on labels that lack a class.
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
    """The metrics for which no class needs to be predicted."""
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
    """The mean over the positives of the precision at the threshold that just finds them.

    It is the sum over thresholds of (R_k - R_(k-1)) P_k, without interpolation, as scikit-learn has it; equal
    scores share a threshold. `positive` (n,) of 0 or 1 (or bool), `y_score` (n,) in [0, 1].

    Raises `ValueError` if there is no positive.
    """
    # as in `metrics.auc`: the bits of floats from 0 up sort as they do, and carry the label in the lowest bit
    keys = (np.asarray(y_score, np.float64) + 0.0).view(np.int64)
    keys <<= 1
    keys |= positive.astype(np.int64)
    keys.sort()
    found = keys[(keys & 1).astype(bool)]
    if not len(found):
        raise ValueError("average precision needs positive labels")
    n_true = len(found) - np.searchsorted(found, found)
    n_predicted = len(keys) - np.searchsorted(keys, found - 1)  # from the negatives of the same score on
    return float(np.mean(n_true / n_predicted))


def _binary_losses(y_true: np.ndarray, y_score: np.ndarray) -> tuple[float, float]:
    """Brier score and log loss of the probabilities that labels are 1; (n,), or (n, n_labels) for their means."""
    of_true = np.where(y_true == 1, y_score, 1 - y_score)
    return float(np.mean((1 - of_true) ** 2)), _mean_log_loss(of_true)


def _multiclass_losses(y_true: np.ndarray, y_score: np.ndarray) -> tuple[float, float]:
    """Brier score and log loss of (n, n_classes) probabilities for (n,) class numbers.

    The log loss is of rows divided by their sum, which may be off 1 by as much as `SUM_TOLERANCE`: it looks at the
    true class only, and would reward sums above 1. The Brier score looks at all, and takes them as they are.
    """
    images = np.arange(len(y_true))
    loss = _mean_log_loss(y_score[images, y_true] / y_score.sum(axis=1))
    errors = y_score.copy()
    errors[images, y_true] -= 1
    errors *= errors
    return float(errors.sum() / len(y_true)), loss


def _mean_log_loss(of_true: np.ndarray) -> float:
    """The mean of -log of the probabilities of what is true."""
    return float(-np.log(np.clip(of_true, LOG_CLIP, 1 - LOG_CLIP)).mean())


def matthews_correlation(confusion: np.ndarray) -> float:
    """The Matthews correlation coefficient, from -1 to 1; of several classes the R_K of Gorodkin (2004).

    Where all images are predicted as of one class it is 0/0, and 0 is given: what guessing gives.
    """
    true, predicted = confusion.sum(axis=1).astype(float), confusion.sum(axis=0).astype(float)
    n = true.sum()
    variances = (n * n - true @ true) * (n * n - predicted @ predicted)
    return float((np.trace(confusion) * n - true @ predicted) / np.sqrt(variances)) if variances else 0.0


def quadratic_kappa(confusion: np.ndarray) -> float:
    """Cohen's kappa, each confusion weighted by its squared distance (Cohen, 1968); from -1 to 1.

    The confusion matrix has images of two classes at least, so that it is never 0/0.
    """
    grades = np.arange(len(confusion))
    weights = (grades[:, None] - grades) ** 2
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    expected = true @ weights @ predicted
    return float(1 - (weights * confusion).sum() * true.sum() / expected)


def reference_rows(labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> dict[str, dict[str, Any]]:
    """Return what two predictors get that look at no image: `chance` and `majority`.

    Each has `datasets`, by name the ranked metrics beside those of `secondary_metrics`, and `average`, the unweighted
    mean of `METRICS` and `AVERAGED`. What they say of the labels is the shares of the classes, no more.
    """
    chance = {d.name: _chance(labels[d.name], d) for d in benchmark}
    return {
        reference: {"datasets": datasets, "average": _averages(datasets)}
        for reference, datasets in (("chance", chance), ("majority", _majority(labels, benchmark)))
    }


def _chance(y_true: np.ndarray, dataset: Dataset) -> dict[str, Any]:
    """The same probability for every class (0.5 for every label), classes guessed with these probabilities.

    What follows from the guesses is given in expectation: taking the first of equal classes, as the scorer does, would
    name one class only. Kappas and correlation are 0 in expectation, whatever classes were guessed how often.
    """
    multilabel = dataset.task is Task.MULTILABEL
    share = 1 / 2 if multilabel else 1 / dataset.n_classes
    y_score = np.full((dataset.n_test, dataset.n_classes), share)
    found = {
        **_guessed(y_true, dataset),
        "matthews_correlation": 0.0,
        **_probability_metrics(y_true, y_score, dataset),
        # a label's probability is held against its presence, not against a guess
        "calibration_error": reliability(y_true.ravel() == 1, y_score.ravel())["ece"] if multilabel else 0.0,
        "n": y_score.size if multilabel else dataset.n_test,
        "recall": [share] * dataset.n_classes,
        "precision": _shares(y_true, dataset).tolist(),
    }
    if dataset.task is Task.ORDINAL:
        found["quadratic_kappa"] = 0.0
    return found


def _guessed(y_true: np.ndarray, dataset: Dataset) -> dict[str, float]:
    """Return the ranked metrics of guesses, from the confusion matrix that they have in expectation.

    It is scaled to whole numbers, so that nothing is rounded.
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
    """The most frequent class (of equals the first), or for each label what is more frequent, with probability 1."""
    predictions = {}
    for dataset in benchmark:
        shares = _shares(labels[dataset.name], dataset)
        row = shares > 0.5 if dataset.task is Task.MULTILABEL else np.eye(dataset.n_classes)[shares.argmax()]
        predictions[dataset.name] = np.tile(row.astype(float), (dataset.n_test, 1))
    scores = evaluate(predictions, labels, benchmark).to_dict()["datasets"]
    secondary = secondary_metrics(predictions, labels, benchmark)
    return {name: scores[name] | secondary[name] for name in scores}


def _shares(y_true: np.ndarray, dataset: Dataset) -> np.ndarray:
    """The share of the images that is of each class, or has each label; (n_classes,)."""
    if dataset.task is Task.MULTILABEL:
        return y_true.mean(axis=0)
    return np.bincount(y_true, minlength=dataset.n_classes) / len(y_true)


def _averages(datasets: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {metric: _mean(d[metric] for d in datasets.values()) for metric in (*METRICS, *AVERAGED)}


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _ratio(count: int, total: int) -> float | None:
    return float(count / total) if total else None
