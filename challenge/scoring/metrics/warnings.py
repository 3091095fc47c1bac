"""Warnings about scores: signs of mistakes that only the labels reveal. They change no score."""

from collections.abc import Mapping

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .evaluator import Scores

#: An AUC below this means an order of the classes rather than a weak model.
LEAST_AUC = 0.4
#: An accuracy is called low if it is below the majority class by more than this. On multi-label datasets, good models
#: are a little below it.
ACCURACY_MARGIN = 0.01


def warnings_of_scores(scores: Scores, labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> list[str]:
    """Return a sentence for each kind of suspicious scores; `labels` as for `evaluate`."""
    warnings = []
    auc = {d.name: scores.datasets[d.name].auc for d in benchmark}
    low = [f"{name} {value:.3f}" for name, value in auc.items() if value < LEAST_AUC]
    if low:
        warnings.append(
            f"The AUC is far below 0.5 ({', '.join(low)}): the classes are probably in another order."
        )
    below = [
        f"{d.name} {scores.datasets[d.name].accuracy:.3f} < {share:.3f}"
        for d in benchmark
        if scores.datasets[d.name].accuracy
        < (share := _majority_accuracy(labels[d.name], d)) - ACCURACY_MARGIN
    ]
    if below:
        warnings.append(
            f"The accuracy is below that of always predicting the most frequent class ({', '.join(below)})."
        )
    return warnings


def _majority_accuracy(y_true: np.ndarray, dataset: Dataset) -> float:
    """Return the accuracy of always predicting the most frequent class; the mean over labels if multi-label."""
    if dataset.task is Task.MULTILABEL:
        positive = y_true.mean(axis=0)
        return float(np.maximum(positive, 1 - positive).mean())
    return float(np.bincount(y_true).max() / len(y_true))
