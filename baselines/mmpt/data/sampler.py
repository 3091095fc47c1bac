"""Random batches of an epoch.

All random numbers come from the given generator, in the calling process. The batches and their order depend only on
the state of the generator (there are no loaders and no workers).
"""

from collections.abc import Iterator, Mapping

import numpy as np


def n_batches(sizes: Mapping[str, int], batch_size: int) -> dict[str, int]:
    """Return the number of batches of each dataset in an epoch; the last batch of a dataset may be smaller."""
    return {name: -(-size // batch_size) for name, size in sizes.items()}


def batches(
    sizes: Mapping[str, int], batch_size: int, generator: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the batches of an epoch, each as the name of its dataset and the int64 indices (b,) of its images.

    The images of a dataset are shuffled and cut into batches, so each image occurs once. At each step a dataset is
    drawn with a probability proportional to its remaining batches. Every order of the batches then has the same
    probability, so the order is drawn as one permutation.
    """
    names = list(sizes)
    order = np.repeat(np.arange(len(names)), list(n_batches(sizes, batch_size).values()))
    generator.shuffle(order)
    shuffled = [generator.permutation(sizes[name]) for name in names]
    starts = [0] * len(names)
    for number in order.tolist():
        start = starts[number]
        starts[number] += batch_size
        yield names[number], shuffled[number][start : start + batch_size]


def mixed_batches(
    sizes: Mapping[str, int], batch_size: int, generator: np.random.Generator
) -> Iterator[dict[str, np.ndarray]]:
    """Yield batches that mix the datasets: the images of all datasets are shuffled together and cut into batches.

    A batch is the int64 indices of its images by dataset; datasets without images in the batch are left out.
    """
    names = list(sizes)
    ends = np.cumsum([0, *sizes.values()])
    order = generator.permutation(int(ends[-1]))
    for start in range(0, len(order), batch_size):
        batch = np.sort(order[start : start + batch_size])
        cuts = np.searchsorted(batch, ends)
        yield {
            name: batch[cuts[number] : cuts[number + 1]] - ends[number]
            for number, name in enumerate(names)
            if cuts[number] < cuts[number + 1]
        }
