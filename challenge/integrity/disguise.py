"""Labels in disguise: predictions that were made from the test labels, with or without noise.

A model's errors are where it is unsure, and on images that other models get wrong, too. Noise on labels is anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task

#: A dataset of this size has images that no honest model gets right.
LARGE = 300
#: Datasets with half of the lowest published error rate that are too many, and the level of each test.
TOO_GOOD, LEVEL = 3, 0.001
#: Share of the way from the best constant answer to no error above which an entry is good.
GOOD = 0.5
#: With fewer errors, nothing is said about them.
FEWEST_ERRORS = 30
#: Area under the curve of a value that says nothing about errors is 0.5; honest entries have 0.7 and more.
SAYS_NOTHING = 0.6
#: Other entries that are needed for the difficulty of images.
FEWEST_OTHERS = 5
#: Standard errors of an area under the curve that is not larger by chance.
MARGIN = 2.6

#: Datasets with one label an image, and the place of their images among all images.
_ONE_LABEL = [dataset for dataset in MEDMNIST_PLUS if dataset.task is not Task.MULTILABEL]


@dataclass(frozen=True)
class Dependence:
    """Area under the curve of a value for right against wrong images, pooled over datasets, and its standard error."""

    area: float
    error: float

    @property
    def is_absent(self) -> bool:
        """True if the value says nothing about errors, beyond chance."""
        return self.area + MARGIN * self.error < SAYS_NOTHING


def labels_in_disguise(
    predictions: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    of_others: np.ndarray,
    published: Mapping[str, float],
) -> dict[str, Any]:
    """Return the evidence that predictions were made from the labels, as JSON can keep it; empty without any.

    Args:
        predictions: arrays as for `evaluator.evaluate`.
        labels: the labels.
        of_others: images that each of some other entries gets right, (entries, n) bool.
        published: highest published accuracy of datasets with one label an image.

    """
    right = right_images(predictions, labels)
    evidence: dict[str, Any] = {}
    if perfect := without_error(right):
        evidence["without_error"] = perfect
    if len(too_good := far_above_published(right, published)) >= TOO_GOOD:
        evidence["far_above_published"] = too_good
    if errors := _errors_anywhere(predictions, labels, right, of_others):
        evidence["errors"] = errors
    return evidence


def _errors_anywhere(
    predictions: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    right: np.ndarray,
    of_others: np.ndarray,
) -> dict[str, float]:
    """Return the areas that say that the errors of a good entry depend on nothing; empty if they do depend, or are few.

    With too few other entries, the confidence decides alone.
    """
    above_constant = skill(right, labels)
    confidence = dependence_on_confidence(predictions, right)
    if above_constant < GOOD or confidence is None or not confidence.is_absent:
        return {}
    difficulty = dependence_on_difficulty(right, of_others)
    if difficulty and not difficulty.is_absent:
        return {}
    areas = {"confidence": confidence.area, **({"difficulty": difficulty.area} if difficulty else {})}
    return {"skill": above_constant, **areas}


def right_images(predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return for all test images, in the official order, whether the answer is right: (n,) bool.

    The answer is the class of the highest probability. With several labels an image, all must be right at 0.5.
    """
    return np.concatenate([_right(predictions[d.name], labels[d.name], d) for d in MEDMNIST_PLUS])


def _right(y_score: np.ndarray, y_true: np.ndarray, dataset: Dataset) -> np.ndarray:
    if dataset.task is Task.MULTILABEL:
        return ((y_score >= 0.5) == y_true).all(axis=1)
    return y_score.argmax(axis=1) == y_true


def places() -> dict[str, slice]:
    """Return the places of the images of each dataset among all images."""
    ends = np.cumsum([d.n_test for d in MEDMNIST_PLUS]).tolist()
    return {d.name: slice(end - d.n_test, end) for d, end in zip(MEDMNIST_PLUS, ends, strict=True)}


def without_error(right: np.ndarray) -> list[str]:
    """Return the names of the large datasets on which all images are right."""
    return [d.name for d in MEDMNIST_PLUS if d.n_test >= LARGE and right[places()[d.name]].all()]


def far_above_published(right: np.ndarray, published: Mapping[str, float]) -> list[str]:
    """Return the datasets with significantly fewer errors than half of the best published error rate.

    The test is binomial, one-sided. `published` has the highest published accuracy of each dataset with one label an
    image; datasets without any are left out.
    """
    # takes memory that other tasks do not need; scipy.stats would take 40 MB more
    from scipy.special import bdtr

    found = []
    for dataset in _ONE_LABEL:
        if dataset.name in published:
            errors = int(np.count_nonzero(~right[places()[dataset.name]]))
            if bdtr(errors, dataset.n_test, (1 - published[dataset.name]) / 2) < LEVEL:
                found.append(dataset.name)
    return found


def skill(right: np.ndarray, labels: Mapping[str, np.ndarray]) -> float:
    """Return the accuracy above the best constant answers as a share of what is possible, pooled over images.

    It is 0 for the most frequent class of each dataset, and 1 without an error.
    """
    n_right = sum(np.count_nonzero(right[places()[d.name]]) for d in _ONE_LABEL)
    n_constant = sum(np.bincount(labels[d.name]).max() for d in _ONE_LABEL)
    n = sum(d.n_test for d in _ONE_LABEL)
    return float((n_right - n_constant) / (n - n_constant))


def dependence_on_confidence(predictions: Mapping[str, np.ndarray], right: np.ndarray) -> Dependence | None:
    """Return the dependence of errors on the highest probability; None with too few errors."""
    return _pooled([predictions[d.name].max(axis=1) for d in _ONE_LABEL], right)


def dependence_on_difficulty(right: np.ndarray, of_others: np.ndarray) -> Dependence | None:
    """Return the dependence of errors on the share of other entries that are right; None with too few of either.

    `of_others` is (entries, n) bool: images that each of the other entries gets right.
    """
    if len(of_others) < FEWEST_OTHERS:
        return None
    share = of_others.mean(axis=0)
    return _pooled([share[places()[d.name]] for d in _ONE_LABEL], right)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of values (n,), from 1; equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[place]


def _pooled(values: Sequence[np.ndarray], right: np.ndarray) -> Dependence | None:
    """Return the mean of the areas of the datasets, weighted by their precision (van Elteren, 1960)."""
    areas, weights, n_errors = [], [], 0
    for dataset, of_images in zip(_ONE_LABEL, values, strict=True):
        is_right = right[places()[dataset.name]]
        n_right, n_wrong = np.count_nonzero(is_right), np.count_nonzero(~is_right)
        n_errors += int(n_wrong)
        if n_right and n_wrong:
            ranks = _ranks(of_images)[is_right].sum()
            areas.append((ranks - n_right * (n_right + 1) / 2) / (n_right * n_wrong))
            weights.append(12 * n_right * n_wrong / (n_right + n_wrong + 1))
    if n_errors < FEWEST_ERRORS or not areas:
        return None
    return Dependence(float(np.average(areas, weights=weights)), float(sum(weights) ** -0.5))
