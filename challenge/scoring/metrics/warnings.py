"""Warnings about scores: signs of mistakes that only the labels reveal. They change no score."""

from collections.abc import Mapping

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .evaluator import Scores
from .secondary import class_shares

#: An AUC below this means an order of the classes rather than a weak model.
LEAST_AUC = 0.4
#: A mean AUC below this means rows in another order, or of another split.
MOST_AUC_OF_GUESSING = 0.55
#: An accuracy is called low if it is below the majority class by more than this. On multi-label datasets, good models
#: are a little below it.
ACCURACY_MARGIN = 0.01


def warnings_of_scores(scores: Scores, labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> list[str]:
    """Return a sentence for each kind of suspicious scores; `labels` as for `evaluate`."""
    warnings = []
    low = {d.name: scores.datasets[d.name].auc for d in benchmark if scores.datasets[d.name].auc < LEAST_AUC}
    if low:
        listed = ", ".join(f"{name} {auc:.3f}" for name, auc in low.items())
        warnings.append(f"The AUC is far below 0.5 ({listed}): the classes are probably in another order.")
    if not low and scores.average.auc < MOST_AUC_OF_GUESSING:
        return [
            f"The mean AUC is {scores.average.auc:.3f}, as for guessing: "
            "the rows are probably not in the order of the test splits."
        ]
    below = []
    for dataset in benchmark:
        accuracy, share = (
            scores.datasets[dataset.name].accuracy,
            _majority_accuracy(labels[dataset.name], dataset),
        )
        if accuracy < share - ACCURACY_MARGIN and dataset.name not in low:  # a low AUC has the same cause
            below.append(f"{dataset.name} {accuracy:.3f} < {share:.3f}")
    if below:
        warnings.append(
            f"The accuracy is below that of always predicting the most frequent class ({', '.join(below)})."
        )
    return warnings


def _majority_accuracy(y_true: np.ndarray, dataset: Dataset) -> float:
    """Return the accuracy of always predicting the most frequent class; the mean over labels if multi-label."""
    shares = class_shares(y_true, dataset)
    if dataset.task is Task.MULTILABEL:
        return float(np.maximum(shares, 1 - shares).mean())
    return float(shares.max())
