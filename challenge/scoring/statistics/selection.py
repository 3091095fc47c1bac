"""Selection of the best of several attempts: its score is too high, because the luckiest is selected."""

import numpy as np
from numpy.typing import NDArray


def excess_of_best(replicates: NDArray[np.floating]) -> float:
    """Return by how much the best of n equally good entries exceeds one of them on average, by luck alone.

    `replicates` (n, B) are paired, so entries that err on the same images exceed each other by less. Their means are
    made equal; the result is the mean over the replicates of the highest. It is 0 for one entry.
    """
    centred = replicates - replicates.mean(axis=1, keepdims=True)
    return float(centred.max(axis=0).mean())
