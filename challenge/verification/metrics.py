"""Metrics by scikit-learn, and by the official evaluator of MedMNIST where it is installed."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from sklearn import metrics

from challenge.scoring.benchmark import Dataset, Task

#: Names of the tasks in `medmnist.INFO`; a withheld dataset is not in it.
_MEDMNIST_TASKS = {
    Task.BINARY: "binary-class",
    Task.MULTICLASS: "multi-class",
    Task.ORDINAL: "ordinal-regression",
    Task.MULTILABEL: "multi-label, binary-class",
}


def metrics_by_sklearn(y_true: np.ndarray, y_score: np.ndarray, task: Task) -> dict[str, float]:
    """Return the metrics of one dataset, by the rules of `medmnist.evaluator`."""
    if task is Task.MULTILABEL:
        columns = zip(y_true.T, y_score.T, strict=True)
        by_label = [metrics_by_sklearn(t, np.column_stack([s, s]), Task.BINARY) for t, s in columns]
        return {name: float(np.mean([label[name] for label in by_label])) for name in by_label[0]}
    if task is Task.BINARY:
        area = metrics.roc_auc_score(y_true, y_score[:, 1])
        y_pred = (y_score[:, 1] > 0.5).astype(int)
    else:
        classes = range(y_score.shape[1])
        area = np.mean([metrics.roc_auc_score(y_true == c, y_score[:, c]) for c in classes])
        y_pred = y_score.argmax(axis=1)
    return {
        "auc": float(area),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(y_true, y_pred)),
        "cohen_kappa": float(metrics.cohen_kappa_score(y_true, y_pred)),
        "accuracy": float(metrics.accuracy_score(y_true, y_pred)),
    }


def medmnist_evaluator() -> Callable[[np.ndarray, np.ndarray, Dataset], dict[str, float]] | None:
    """Return a function that gives AUC and accuracy by MedMNIST's own code; None if medmnist is not installed."""
    if find_spec("medmnist") is None:
        return None
    from medmnist.evaluator import getACC, getAUC  # imports torch

    def metrics_of(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> dict[str, float]:
        task = _MEDMNIST_TASKS[dataset.task]
        return {
            "auc": float(getAUC(y_true, y_score, task)),
            "accuracy": float(getACC(y_true, y_score, task)),
        }

    return metrics_of
