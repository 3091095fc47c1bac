"""Ranking metrics, equal to scikit-learn's within 1e-12 and many times as fast.

Nothing here returns NaN. If a class is missing in the labels, scikit-learn returns NaN; here it is a `ValueError`.
The labels of a test split contain every class, so this never depends on a submission.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np

#: Raise it with any change that can change a score: evaluations of different versions are not comparable.
SCORER_VERSION = "1"
#: Raise it with any change of the metrics, the resamples or what is computed from them: all are estimated again.
BOOTSTRAP_VERSION = "2"
#: Versions with the same metrics and resamples: their replicates are paired, so that older ones stay in use until they
#: are computed again. After a change of the metrics or the resamples, only the new version.
PAIRED_VERSIONS = ("1", "2")


def auc(positive: np.ndarray, y_score: np.ndarray) -> float:
    """Return the area under the ROC curve; ties count half.

    `positive` (n,) of 0 or 1 (or bool), `y_score` (n,) in [0, 1], -0.0 included. The AUC is the Mann-Whitney U
    statistic divided by the number of pairs; U is counted in integers, so only the division rounds.

    Raises `ValueError` unless there are positives and negatives.
    """
    n_positive = int(np.count_nonzero(positive))
    n_negative = len(positive) - n_positive
    if not (n_positive and n_negative):
        raise ValueError("AUC needs both positive and negative labels")
    # The bits of non-negative floats sort like the floats. With the label in the lowest bit, one in-place
    # sort of integers replaces an argsort. Adding 0.0 turns -0.0 into 0.0.
    keys = (np.asarray(y_score, np.float64) + 0.0).view(np.int64)
    keys <<= 1
    keys |= positive.astype(np.int64)
    keys.sort()
    # below each positive lie the negatives and the earlier positives
    place = np.flatnonzero((keys & 1).astype(bool))
    n_below = int(place.sum()) - n_positive * (n_positive - 1) // 2
    return (2 * n_below - _tied_pairs(keys)) / (2 * n_positive * n_negative)


def _tied_pairs(keys: np.ndarray) -> int:
    """Count the (negative, positive) pairs with equal scores in sorted `keys`."""
    # equal scores are adjacent, negatives first: each run with both changes its lowest bit exactly once
    last_negative = np.flatnonzero((keys[1:] ^ keys[:-1]) == 1)
    if not len(last_negative):
        return 0
    first = np.searchsorted(keys, keys[last_negative], side="left")
    end = np.searchsorted(keys, keys[last_negative + 1], side="right")
    return int(((last_negative + 1 - first) * (end - last_negative - 1)).sum())


def mean_auc(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """Return the one-vs-rest AUC, the unweighted mean over classes (or labels).

    `y_true` (n,) class numbers, or (n, n_classes) of 0 and 1; `y_score` (n, n_classes) in [0, 1].
    """
    n_classes = y_score.shape[1]
    positive = y_true.T if y_true.ndim == 2 else y_true == np.arange(n_classes)[:, None]
    return float(np.mean([auc(positive[c], y_score[:, c]) for c in range(n_classes)]))


def confusion_matrix(y_true: np.ndarray, y_pred: np.ndarray, n_classes: int) -> np.ndarray:
    """Return (n_classes, n_classes) counts: rows are true classes, columns predicted classes. Both inputs are (n,)."""
    pairs = y_true.astype(np.int64) * n_classes + y_pred
    return np.bincount(pairs, minlength=n_classes * n_classes).reshape(n_classes, n_classes)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return the share of correct predictions, (...), of confusion matrices (..., n, n)."""
    return _right(confusion).sum(axis=-1) / confusion.sum(axis=(-2, -1))


def balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return the mean recall over the classes of matrices (..., n, n).

    Raises:
        ValueError: a class is absent.

    """
    return (_right(confusion) / _support(confusion)).mean(axis=-1)


def cohen_kappa(confusion: np.ndarray) -> np.ndarray:
    """Return Cohen's unweighted kappa of matrices (..., n, n), from -1 to 1; 0 is agreement by chance.

    Raises:
        ValueError: a class is absent. This excludes 0/0, the result if all images belong to one class and are
            predicted as that class.

    """
    support, predicted = _support(confusion), confusion.sum(axis=-2)
    # 1 - observed / expected disagreement, as in scikit-learn
    n = support.sum(axis=-1)
    expected = n * n - (support * predicted).sum(axis=-1)
    return 1 - (n - _right(confusion).sum(axis=-1)) * n / expected


def _right(confusion: np.ndarray) -> np.ndarray:
    """Return the number of correctly predicted images of each class."""
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _support(confusion: np.ndarray) -> np.ndarray:
    """Return the number of images of each class, which is at least one."""
    support = confusion.sum(axis=-1)
    if support.shape[-1] < 2 or not support.all():
        raise ValueError("the labels must contain every class, and at least two classes")
    return support


@dataclass(frozen=True, slots=True)
class About:
    """Names and computation of a ranking metric."""

    title: str
    #: Name in the middle of a sentence.
    name: str
    #: Label of a figure's axis.
    axis: str
    #: Function from confusion matrices (..., n, n) to values (...); None for the AUC, which needs the probabilities.
    of_confusion: Callable[[np.ndarray], np.ndarray] | None
    #: Lowest possible value; the highest is 1.
    lowest: float = 0.0

    @classmethod
    def field(
        cls,
        title: str,
        *,
        name: str = "",
        axis: str = "",
        of_confusion: Callable[[np.ndarray], np.ndarray] | None = None,
        lowest: float = 0.0,
    ) -> dict[str, "About"]:
        """Return the metadata of a field of `DatasetScores`."""
        return {"about": cls(title, name or title.lower(), axis or title, of_confusion, lowest)}


@dataclass(frozen=True, slots=True)
class DatasetScores:
    """Metrics of one dataset, or their means, in display order.

    `About.lowest` to 1 is the range of a metric. These fields define the metrics for the whole site.
    """

    auc: float = field(metadata=About.field("AUC", name="AUC", axis="Area under the ROC curve (AUC)"))
    balanced_accuracy: float = field(
        metadata=About.field("Balanced accuracy", of_confusion=balanced_accuracy)
    )
    cohen_kappa: float = field(
        metadata=About.field("Cohen's kappa", name="Cohen's kappa", of_confusion=cohen_kappa, lowest=-1.0)
    )
    accuracy: float = field(metadata=About.field("Accuracy", of_confusion=accuracy))


#: Ranking metrics by name.
RANKED: dict[str, About] = {field.name: field.metadata["about"] for field in fields(DatasetScores)}
METRICS = tuple(RANKED)
