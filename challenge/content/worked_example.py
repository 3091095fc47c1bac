"""Example of the Metrics page: ten images of two classes, scored like a binary dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from challenge.scoring.benchmark import Dataset, Task
from challenge.scoring.metrics.evaluator import score_dataset
from challenge.scoring.metrics.predicted import confusion_matrices, predicted_classes
from challenge.scoring.metrics.ranked import DatasetScores
from challenge.scoring.metrics.secondary import dataset_metrics

TRUE_CLASSES = (1, 0, 0, 1, 0, 0, 1, 0, 0, 0)

_DATASET = Dataset("example", "Example", "", Task.BINARY, ("0", "1"), len(TRUE_CLASSES))


@dataclass(frozen=True)
class Example:
    """Probabilities of class 1 for the ten images, with a name that says what the example shows."""

    name: str
    probabilities: tuple[float, ...]

    @property
    def _y_true(self) -> np.ndarray:
        return np.array(TRUE_CLASSES)

    @property
    def _y_score(self) -> np.ndarray:
        return np.array(self.probabilities)

    @property
    def _both_classes(self) -> np.ndarray:
        return np.column_stack([1 - self._y_score, self._y_score])

    @property
    def _y_pred(self) -> np.ndarray:
        return predicted_classes(self._both_classes, _DATASET)

    @property
    def scores(self) -> DatasetScores:
        """The four metrics."""
        return score_dataset(self._y_true, self._both_classes, _DATASET)

    @property
    def secondary(self) -> dict[str, Any]:
        """The informational metrics."""
        return dataset_metrics(self._y_true, self._both_classes, _DATASET)

    @property
    def confusion(self) -> list[list[int]]:
        """Rows are true classes, columns predicted ones."""
        (confusion,) = confusion_matrices(self._y_true, self._y_pred, _DATASET)
        return confusion.tolist()

    @property
    def images(self) -> list[tuple[int, float, int]]:
        """True class, probability of class 1 and predicted class of each image."""
        return list(zip(TRUE_CLASSES, self.probabilities, self._y_pred.tolist(), strict=True))

    @property
    def roc_curve(self) -> list[tuple[float, float]]:
        """False and true positive rates: from (0, 0), by each probability as a threshold, to (1, 1)."""
        thresholds: Sequence[float] = sorted(set(self.probabilities), reverse=True)
        return [(0.0, 0.0), *(self._rates(self._y_score >= threshold) for threshold in thresholds)]

    @property
    def roc_points(self) -> str:
        """The curve as the points of an SVG line."""
        return " ".join(f"{fpr},{tpr}" for fpr, tpr in self.roc_curve)

    @property
    def decision_point(self) -> tuple[float, float]:
        """False and true positive rate of the predicted classes."""
        return self._rates(self._y_pred)

    def _rates(self, predicted: np.ndarray) -> tuple[float, float]:
        positive = self._y_true == 1
        return float(predicted[~positive].mean()), float(predicted[positive].mean())


_FIRST = (0.9, 0.1, 0.35, 0.55, 0.6, 0.2, 0.45, 0.05, 0.45, 0.5)

EXAMPLES = (
    Example("A fair classifier", _FIRST),
    Example("The same probability for every image", (0.3,) * len(TRUE_CLASSES)),
    Example("The right order, none above 0.5", (0.5, 0.1, 0.3, 0.45, 0.35, 0.2, 0.4, 0.05, 0.25, 0.15)),
    Example("Sure and right, but for one image", (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    Example("The wrong way round", (0.1, 0.9, 0.65, 0.45, 0.4, 0.8, 0.55, 0.95, 0.55, 0.5)),
)
