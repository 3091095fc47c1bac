"""A file of predictions whose scores are known before anybody scores it: a wrong scorer is noticed by them.

The predictions are made from the labels, with mistakes at known places. The scores follow by counting, with no code of
the scorer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from challenge.scoring.benchmark import Benchmark, Dataset, Task

#: Probability of the predicted class. Several values, so that the AUC ranks, and also meets ties.
_CONFIDENCES = np.array([0.9, 0.75, 0.6])
#: One image in so many is predicted wrongly, and one in so many more for each further dataset.
_ONE_MISTAKE_IN = 3
#: The scorer and this module add up in another order.
TOLERANCE = 1e-9
#: Resampling gives standard errors that differ from the exact ones by 2 % (one standard deviation, 1,000 resamples).
ERROR_TOLERANCE = 0.2

AVERAGE = "average"
#: Values by metric, by dataset and for their mean.
Values = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Known:
    """Predictions by dataset, their scores, and the standard errors of their accuracies by dataset."""

    predictions: dict[str, np.ndarray]
    scores: Values
    accuracy_errors: dict[str, float]


def make_known(labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> Known:
    """Make predictions with known scores; `labels` are as for `evaluator.evaluate`."""
    made = {
        dataset.name: _of_dataset(labels[dataset.name].astype(np.int64), dataset, place)
        for place, dataset in enumerate(benchmark)
    }
    scores = {name: scores for name, (_, scores, _) in made.items()}
    scores[AVERAGE] = _mean(list(scores.values()))
    return Known(
        {name: predictions for name, (predictions, _, _) in made.items()},
        scores,
        {name: error for name, (_, _, error) in made.items()},
    )


def wrong_scores(known: Values, found: Values) -> list[str]:
    """Return a sentence for each score that is not the known one."""
    return [
        f"{name}, {metric}: the scorer found {found.get(name, {}).get(metric)}, but the score is {score:.9f}."
        for name, metric, score in _flat(known)
        if not abs(found.get(name, {}).get(metric, np.nan) - score) <= TOLERANCE
    ]


def wrong_intervals(
    known: Values,
    accuracy_errors: Mapping[str, float],
    intervals: Mapping[str, Mapping[str, list[float]]],
    standard_errors: Mapping[str, Mapping[str, float]],
) -> list[str]:
    """Return a sentence for each interval without its score, and for each wrong standard error of an accuracy."""
    problems = []
    for name, metric, score in _flat(known):
        low, high = intervals.get(name, {}).get(metric, (np.nan, np.nan))
        if not low - TOLERANCE <= score <= high + TOLERANCE:
            problems.append(f"{name}, {metric}: the interval from {low} to {high} is without {score:.9f}.")
    for name, error in accuracy_errors.items():
        found = standard_errors.get(name, {}).get("accuracy", np.nan)
        if not abs(found - error) <= ERROR_TOLERANCE * error:
            problems.append(
                f"{name}: the standard error of the accuracy is {found}, but should be {error:.6f}."
            )
    return problems


def _flat(values: Values) -> Iterator[tuple[str, str, float]]:
    for name, by_metric in values.items():
        for metric, value in by_metric.items():
            yield name, metric, value


def _of_dataset(
    labels: np.ndarray, dataset: Dataset, place: int
) -> tuple[np.ndarray, dict[str, float], float]:
    """Return predictions (n, n_classes), their scores, and the standard error of the accuracy."""
    images, one_in = np.arange(len(labels)), _ONE_MISTAKE_IN + place
    confidence = _CONFIDENCES[images % len(_CONFIDENCES)][:, None]
    if dataset.task is Task.MULTILABEL:
        # other images for each label, so that no label has the mistakes of another
        mistaken = (images[:, None] + np.arange(dataset.n_classes)) % one_in == 0
        predicted = np.where(mistaken, 1 - labels, labels)
        predictions = np.where(predicted == 1, confidence, 1 - confidence)
        binary = [
            _scores(labels[:, k], predicted[:, k], predictions[:, [k]], positives=[1])
            for k in range(dataset.n_classes)
        ]
        return predictions, _mean(binary), _error_of_mean((predicted == labels).mean(axis=1))
    predicted = np.where(images % one_in == 0, (labels + 1) % dataset.n_classes, labels)
    predictions = np.where(
        predicted[:, None] == np.arange(dataset.n_classes),
        confidence,
        (1 - confidence) / (dataset.n_classes - 1),
    )
    scores = _scores(labels, predicted, predictions, positives=range(dataset.n_classes))
    return predictions, scores, _error_by_class(labels, predicted == labels)


def _scores(
    labels: np.ndarray, predicted: np.ndarray, columns: np.ndarray, *, positives: "range | list[int]"
) -> dict[str, float]:
    """Return the metrics by counting; `columns` has the probabilities of the classes in `positives`."""
    sizes, answers = np.bincount(labels), np.bincount(predicted, minlength=labels.max() + 1)
    right = np.bincount(labels[predicted == labels], minlength=len(sizes))
    n = len(labels)
    by_chance = float((sizes / n) @ (answers / n))
    observed = right.sum() / n
    areas = [_area(labels == one, columns[:, k]) for k, one in enumerate(positives)]
    return {
        "auc": float(np.mean(areas)),
        "balanced_accuracy": float(np.mean(right / sizes)),
        "cohen_kappa": float((observed - by_chance) / (1 - by_chance)),
        "accuracy": float(observed),
    }


def _area(positive: np.ndarray, probability: np.ndarray) -> float:
    """Return the AUC: the share of pairs in which the positive image has more; half of those with the same."""
    _, level = np.unique(probability, return_inverse=True)
    n_levels = level.max() + 1
    above = np.bincount(level[positive], minlength=n_levels)
    negatives = np.bincount(level[~positive], minlength=n_levels)
    below = np.cumsum(negatives) - negatives
    return float(above @ (below + negatives / 2) / (positive.sum() * (~positive).sum()))


def _mean(scores: list[dict[str, float]]) -> dict[str, float]:
    return {metric: float(np.mean([one[metric] for one in scores])) for metric in scores[0]}


def _error_by_class(labels: np.ndarray, is_right: np.ndarray) -> float:
    """Return the standard error of an accuracy where the size of each class is fixed."""
    sizes = np.bincount(labels)
    recall = np.bincount(labels[is_right], minlength=len(sizes)) / sizes
    return float(np.sqrt((sizes * recall * (1 - recall)).sum()) / len(labels))


def _error_of_mean(values: np.ndarray) -> float:
    return float(values.std() / np.sqrt(len(values)))
