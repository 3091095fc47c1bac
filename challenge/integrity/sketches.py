"""Sketches: a thousand numbers of an entry's predictions, by which 10,000 entries are searched for similar entries.

A sketch has the residuals of the probabilities of some fixed test images: each value minus the mean of its class over
all images with the same label. All good models agree on the labels; the residuals are specific to a model.
"""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task

#: Raise it with any change of the images or of what is computed: all entries are then checked again.
INTEGRITY_VERSION = "1"
#: Approximate number of values of a dataset in a sketch.
VALUES_A_DATASET = 84
#: Number of datasets with the highest correlations that a similarity is the mean of.
N_COMPARED = 6


def sketch(predictions: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the sketch (K,) float32 of predictions; arrays as for `evaluator.evaluate`."""
    found = [
        residuals(predictions[d.name], labels[d.name], d)[sketched_images(d)].ravel() for d in MEDMNIST_PLUS
    ]
    return np.concatenate(found).astype(np.float32)


def values_hash(predictions: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of the probabilities as float32: the same in another layout, and with more digits."""
    digest = hashlib.sha256()
    for dataset in MEDMNIST_PLUS:
        digest.update(np.ascontiguousarray(predictions[dataset.name], "<f4").tobytes())
    return digest.hexdigest()


def residuals(y_score: np.ndarray, y_true: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return scores (n, k) minus their means over the images with the same label; of a binary dataset, class 1 only."""
    y_score = np.asarray(y_score, float)
    if dataset.task is Task.MULTILABEL:
        n_positive = y_true.sum(axis=0)
        positive = (y_score * y_true).sum(axis=0) / np.maximum(n_positive, 1)
        negative = (y_score * (1 - y_true)).sum(axis=0) / np.maximum(len(y_true) - n_positive, 1)
        return _without_rounding_errors(y_score - np.where(y_true == 1, positive, negative))
    columns = y_score[:, 1:] if dataset.task is Task.BINARY else y_score
    members = np.eye(dataset.n_classes)[y_true]
    means = (members.T @ columns) / np.maximum(members.sum(axis=0), 1)[:, None]
    return _without_rounding_errors(columns - means[y_true])


def _without_rounding_errors(values: np.ndarray) -> np.ndarray:
    """Return zeros for what is nearly zero: residuals of constant predictions are 1e-17."""
    return np.where(np.abs(values) < 1e-9, 0, values)


def standardized(sketches: np.ndarray) -> np.ndarray:
    """Return sketches (n, K), each with a norm of 1 on each dataset: scalar products are then correlations.

    A dataset without residuals, such as that of constant predictions, stays zero.
    """
    result = np.array(sketches, np.float32, ndmin=2)
    for part in parts():
        norms = np.linalg.norm(result[:, part], axis=1, keepdims=True)
        result[:, part] /= np.where(norms > 0, norms, 1)
    return result


def similarities(own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the similarities (n,) of a standardized sketch (K,) and others (n, K): means of the highest correlations.

    Half of the datasets count, so that a copy of half of the datasets is noticed.
    """
    correlations = np.stack([others[:, part] @ own[part] for part in parts()], axis=1)
    return np.sort(correlations, axis=1)[:, -N_COMPARED:].mean(axis=1)


def n_informative(sketch: np.ndarray) -> int:
    """Return the number of datasets on which a sketch (K,) has residuals that are not zero."""
    return sum(bool(np.any(sketch[part])) for part in parts())


@cache
def sketched_images(dataset: Dataset) -> np.ndarray:
    """Return the images of a dataset in a sketch: chosen at random, the same for all entries."""
    return _chosen(dataset, -(-VALUES_A_DATASET // n_columns(dataset)))


def _chosen(dataset: Dataset, n: int) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(dataset.name.encode()))
    return np.sort(rng.choice(dataset.n_test, min(dataset.n_test, n), replace=False))


@cache
def compared_images(dataset: Dataset, n: int = 500) -> np.ndarray:
    """Return the images of a dataset in an exact comparison: n at most, the same for all entries."""
    return _chosen(dataset, n)


def n_columns(dataset: Dataset) -> int:
    """Return the number of columns of `residuals`."""
    return 1 if dataset.task is Task.BINARY else dataset.n_classes


def parts() -> Iterator[slice]:
    """Yield the part of a sketch that belongs to each dataset, in the official order."""
    start = 0
    for dataset in MEDMNIST_PLUS:
        stop = start + len(sketched_images(dataset)) * n_columns(dataset)
        yield slice(start, stop)
        start = stop
