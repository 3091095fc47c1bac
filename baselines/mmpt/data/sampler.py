"""Which images make the batches of an epoch, and in which order.

Everything is drawn from the generator that is given, in the process that asks: the order depends on its state
and on nothing else (no loaders, no workers).
"""

from collections.abc import Iterator, Mapping

import numpy as np


def n_batches(sizes: Mapping[str, int], batch_size: int) -> dict[str, int]:
    """Return the batches of each dataset in an epoch; the last one of a dataset may be smaller."""
    return {name: -(-size // batch_size) for name, size in sizes.items()}


def batches(
    sizes: Mapping[str, int], batch_size: int, generator: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the batches of an epoch, each as the name of its dataset and indices (b,) of images: int64.

    A dataset's images are shuffled and cut into batches, so that each image occurs once. At each step the dataset
    is drawn with a probability proportional to the batches that it has left. That gives every order of the batches
    the same probability, so the order is drawn as one permutation, and ends when no dataset has a batch left.
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
    """Yield batches that mix the datasets: the images of all are shuffled together and cut into batches.

    A batch is given as the indices (int64) of its images by dataset, with those datasets only that occur in it.
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
