"""The metrics that entries are ranked by, equal to scikit-learn's within 1e-12 and many times as fast.

Nothing here gives NaN: where scikit-learn would, because the labels lack a class, a `ValueError` is raised.
The labels of a test split hold every class, so that never depends on a submission.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np

#: Raise it with any change that can change a score: evaluations of different versions do not compare.
SCORER_VERSION = "1"
#: Raise it with any change of the metrics or of the resamples: replicates of different versions are not paired.
BOOTSTRAP_VERSION = "1"


def auc(positive: np.ndarray, y_score: np.ndarray) -> float:
    """The area under the ROC curve; ties count half.

    `positive` (n,) of 0 or 1 (or bool), `y_score` (n,) in [0, 1], -0.0 included. It is the Mann-Whitney U
    statistic over the number of pairs; U is counted in integers, so that only the division rounds.

    Raises `ValueError` unless there are positives and negatives.
    """
    n_positive = int(np.count_nonzero(positive))
    n_negative = len(positive) - n_positive
    if not (n_positive and n_negative):
        raise ValueError("AUC needs both positive and negative labels")
    # Bits of floats from 0 up sort as the floats do: one in-place sort of integers that carry their
    # label in the lowest bit takes the place of an argsort. Adding 0.0 turns -0.0 into 0.0.
    keys = (np.asarray(y_score, np.float64) + 0.0).view(np.int64)
    keys <<= 1
    keys |= positive.astype(np.int64)
    keys.sort()
    # below each positive lie the negatives and the earlier positives
    place = np.flatnonzero((keys & 1).astype(bool))
    n_below = int(place.sum()) - n_positive * (n_positive - 1) // 2
    return (2 * n_below - _tied_pairs(keys)) / (2 * n_positive * n_negative)


def _tied_pairs(keys: np.ndarray) -> int:
    """The number of (negative, positive) pairs with equal scores in sorted `keys`."""
    # equal scores lie side by side, negatives first: each such run changes its lowest bit exactly once
    last_negative = np.flatnonzero((keys[1:] ^ keys[:-1]) == 1)
    if not len(last_negative):
        return 0
    first = np.searchsorted(keys, keys[last_negative], side="left")
    end = np.searchsorted(keys, keys[last_negative + 1], side="right")
    return int(((last_negative + 1 - first) * (end - last_negative - 1)).sum())


def mean_auc(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """One-vs-rest AUC, the unweighted mean over classes (or labels).

    `y_true` (n,) class numbers, or (n, n_classes) of 0 and 1; `y_score` (n, n_classes) in [0, 1].
    """
    n_classes = y_score.shape[1]
    positive = y_true.T if y_true.ndim == 2 else y_true == np.arange(n_classes)[:, None]
    return float(np.mean([auc(positive[c], y_score[:, c]) for c in range(n_classes)]))


def confusion_matrix(y_true: np.ndarray, y_pred: np.ndarray, n_classes: int) -> np.ndarray:
    """(n_classes, n_classes) counts: rows are true classes, columns predicted ones. Both inputs are (n,)."""
    pairs = y_true.astype(np.int64) * n_classes + y_pred
    return np.bincount(pairs, minlength=n_classes * n_classes).reshape(n_classes, n_classes)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return the share of right predictions of confusion matrices (..., n, n): (...)."""
    return _right(confusion).sum(axis=-1) / confusion.sum(axis=(-2, -1))


def balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return the mean over classes of the share of a class that is predicted rightly, of matrices (..., n, n).

    Raises:
        ValueError: a class is absent.

    """
    return (_right(confusion) / _support(confusion)).mean(axis=-1)


def cohen_kappa(confusion: np.ndarray) -> np.ndarray:
    """Return Cohen's unweighted kappa of matrices (..., n, n), from -1 to 1; 0 is agreement by chance.

    Raises:
        ValueError: a class is absent. Otherwise 0/0 (all images are of one class and predicted so) could occur.

    """
    support, predicted = _support(confusion), confusion.sum(axis=-2)
    # 1 - observed / expected disagreement, as scikit-learn has it
    n = support.sum(axis=-1)
    expected = n * n - (support * predicted).sum(axis=-1)
    return 1 - (n - _right(confusion).sum(axis=-1)) * n / expected


def _right(confusion: np.ndarray) -> np.ndarray:
    """Return the number of images of each class that are predicted rightly."""
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _support(confusion: np.ndarray) -> np.ndarray:
    """Return the number of images of each class, at least one of each."""
    support = confusion.sum(axis=-1)
    if support.shape[-1] < 2 or not support.all():
        raise ValueError("the labels must hold every class, and two classes at least")
    return support


@dataclass(frozen=True, slots=True)
class About:
    """Facts of a metric that entries are ranked by."""

    title: str
    #: In the middle of a sentence.
    name: str
    #: On the axis of a figure.
    axis: str
    #: Values (...) of confusion matrices (..., n, n); None for the AUC, which needs the scores.
    of_confusion: Callable[[np.ndarray], np.ndarray] | None

    @classmethod
    def field(
        cls,
        title: str,
        *,
        name: str = "",
        axis: str = "",
        of_confusion: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> dict[str, "About"]:
        """Return the metadata of a field of `DatasetScores`."""
        return {"about": cls(title, name or title.lower(), axis or title, of_confusion)}


@dataclass(frozen=True, slots=True)
class DatasetScores:
    """The metrics of one dataset, or their means, in the order in which they are shown.

    All lie in [0, 1], but `cohen_kappa` in [-1, 1]. Everything that is done with metrics follows from these fields.
    """

    auc: float = field(metadata=About.field("AUC", name="AUC", axis="Area under the ROC curve (AUC)"))
    balanced_accuracy: float = field(
        metadata=About.field("Balanced accuracy", of_confusion=balanced_accuracy)
    )
    cohen_kappa: float = field(
        metadata=About.field("Cohen's kappa", name="Cohen's kappa", of_confusion=cohen_kappa)
    )
    accuracy: float = field(metadata=About.field("Accuracy", of_confusion=accuracy))


#: The metrics that entries are ranked by, by name.
RANKED: dict[str, About] = {field.name: field.metadata["about"] for field in fields(DatasetScores)}
METRICS = tuple(RANKED)
