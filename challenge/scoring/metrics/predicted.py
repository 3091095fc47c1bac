"""Predicted classes from probabilities, by the rule of `medmnist.evaluator`.

- Binary: class 1 if p1 > 0.5.
- Multi-class and ordinal: the first class with the largest probability.
- Multi-label: each label on its own, if its probability is > 0.5.
"""

import numpy as np

from ..benchmark import Dataset, Task
from .ranked import confusion_matrix


def predicted_classes(y_score: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the predicted class numbers (n,) of probabilities (n, n_classes); bool (n, n_classes) if multi-label."""
    match dataset.task:
        case Task.MULTILABEL:
            return y_score > 0.5
        case Task.BINARY:
            return (y_score[:, 1] > 0.5).astype(np.intp)
        case _:
            largest = y_score.max(axis=1, keepdims=True)
            return (y_score == largest).argmax(axis=1)  # the first; faster than argmax of floats


def predicted_confidences(y_score: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Return the probability (n,) of each image's predicted class; not for multi-label datasets."""
    return y_score[np.arange(len(y_pred)), y_pred]


def confusion_matrices(y_true: np.ndarray, y_pred: np.ndarray, dataset: Dataset) -> list[np.ndarray]:
    """Return the confusion matrix of a dataset, or a (2, 2) matrix per label if it is multi-label."""
    if dataset.task is Task.MULTILABEL:
        return [confusion_matrix(t, p, n_classes=2) for t, p in zip(y_true.T, y_pred.T, strict=True)]
    return [confusion_matrix(y_true, y_pred, dataset.n_classes)]
