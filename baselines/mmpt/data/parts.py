"""Parts of a training split: a share of its images, or a few images of each class.

Images are drawn from strata, so that every class keeps its share. The stratum of an image is its class; in a
multi-label dataset it is the rarest of its labels, or "no label". The draw depends only on the seed and the labels, so
each training with that seed gets the same images. A smaller share or number of shots is a part of a larger one.
"""

from dataclasses import replace

import numpy as np

from baselines.mmpt.data.splits import DatasetImages
from challenge.scoring.benchmark import Dataset, Task


def take_part(data: DatasetImages, share: float, shots: int | None, seed: int) -> DatasetImages:
    """Keep the images of `part`, in their order."""
    kept = part(data.labels, data.dataset, share, shots, seed)
    return replace(data, images=data.images[kept], labels=data.labels[kept])


def part(labels: np.ndarray, dataset: Dataset, share: float, shots: int | None, seed: int) -> np.ndarray:
    """Return the sorted indices of a share of the images of each stratum or, if not None, of at most `shots`.

    Each stratum keeps an image at least, so a part of a multi-class dataset has every class.
    """
    numbers = strata(labels, dataset)
    order = np.random.default_rng(seed).permutation(len(labels))
    kept = []
    for stratum in np.unique(numbers):
        members = order[numbers[order] == stratum]
        n_kept = max(1, round(len(members) * share)) if shots is None else shots
        kept.append(members[:n_kept])
    return np.sort(np.concatenate(kept))


def strata(labels: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the number of each image's stratum (n,): its class or, if multi-label, its rarest label.

    Images of a multi-label dataset without any label have the number of labels.
    """
    if dataset.task is not Task.MULTILABEL:
        return labels
    counts = labels.sum(axis=0)
    ranks = np.empty(len(counts), dtype=np.int64)
    ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    rank = np.where(labels > 0, ranks, len(counts)).min(axis=1)
    return np.append(np.argsort(counts, kind="stable"), len(counts))[rank]
