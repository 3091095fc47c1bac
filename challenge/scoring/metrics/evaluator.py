"""Leaderboard metrics from predictions and labels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .predicted import confusion_matrices, predicted_classes
from .ranked import METRICS, RANKED, DatasetScores, auc, mean_auc


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of a submission: by dataset, as unweighted mean, and the number of rows scored."""

    datasets: dict[str, DatasetScores]
    average: DatasetScores
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries, ready for JSON."""
        return asdict(self)


def evaluate(
    predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], benchmark: Benchmark
) -> Scores:
    """Score predictions, (n_test, n_classes) by dataset, from `read_predictions`.

    `labels[name]` is (n_test,) class numbers, or (n_test, n_classes) of 0 and 1 if multi-label. It contains every
    class; loading the ground truth checks that. Raises `ValueError` if labels or predictions have another shape, or
    if a class is missing in the labels.
    """
    scores = {d.name: score_dataset(labels[d.name], predictions[d.name], d) for d in benchmark}
    return Scores(scores, _mean(list(scores.values())), benchmark.n_rows)


def score_dataset(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> DatasetScores:
    """Return the metrics of one dataset; arrays as for `evaluate`.

    The module `predicted` defines the predicted class of an image. Each label of a multi-label dataset is a binary
    task, and the metrics are means over the labels.
    """
    _check_shapes(y_true, y_score, dataset)
    confusions = confusion_matrices(y_true, predicted_classes(y_score, dataset), dataset)
    match dataset.task:
        case Task.MULTILABEL:
            areas = [auc(truth, score) for truth, score in zip(y_true.T, y_score.T, strict=True)]
        case Task.BINARY:
            areas = [auc(y_true == 1, y_score[:, 1])]
        case _:
            areas = [mean_auc(y_true, y_score)]
    return _mean([_scores(area, confusion) for area, confusion in zip(areas, confusions, strict=True)])


def _scores(area: float, confusion: np.ndarray) -> DatasetScores:
    metrics = RANKED.values()
    return DatasetScores(*(float(m.of_confusion(confusion)) if m.of_confusion else area for m in metrics))


def _mean(scores: list[DatasetScores]) -> DatasetScores:
    return DatasetScores(*(float(np.mean([getattr(s, metric) for s in scores])) for metric in METRICS))


def _check_shapes(y_true: np.ndarray, y_score: np.ndarray, dataset: Dataset) -> None:
    by_class = (dataset.n_test, dataset.n_classes)
    expected = by_class if dataset.task is Task.MULTILABEL else (dataset.n_test,)
    if y_true.shape != expected or y_score.shape != by_class:
        raise ValueError(
            f"{dataset.name}: expected labels of shape {expected} and predictions of shape {by_class}, "
            f"got {y_true.shape} and {y_score.shape}"
        )
