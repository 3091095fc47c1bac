"""Bayesian signed-rank test: would a difference of two methods hold on other datasets of the same kind?

Benavoli, Corani, Mangili, Zaffalon and Ruggeri (2014), "A Bayesian Wilcoxon signed-rank test based on the Dirichlet
process", ICML; with a region of practical equivalence in Benavoli, Corani, Demšar and Zaffalon (2017), "Time for a
change: a tutorial for comparing multiple classifiers through Bayesian analysis", JMLR 18(77):1-36. The results are
those of the package baycomp, which imports matplotlib and scipy.stats.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

#: Differences up to 0.01 are practically equal: the value that Benavoli et al. (2017) use for accuracies.
ROPE = 0.01
#: Weight of the prior, one more dataset without a difference: baycomp's value.
PRIOR = 0.5
N_SAMPLES = 50_000
SEED = 20170701


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Probabilities that an outcome is the most likely of the three; their sum is 1."""

    first_higher: float
    equal: float
    second_higher: float


def signed_rank_test(
    first: ArrayLike, second: ArrayLike, blocks: Sequence[Sequence[int]], rope: float = ROPE
) -> Outcomes:
    """Compare two methods by their scores (D,) on the same datasets; the datasets of a block count as one, their mean.

    In each sample of the posterior, the blocks and the prior have random weights. The average of the differences on two
    datasets drawn with these weights is above `rope`, below -`rope`, or between: the most likely of these is the
    outcome of the sample. `rope` must be above 0.
    """
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    with_prior = np.array([0, *(differences[list(block)].mean() for block in blocks)])
    # Scores have a few decimals; rounding makes a difference of exactly `rope` a tie on every machine.
    sums = np.round(np.add.outer(with_prior, with_prior), 12)
    # The legacy generator, because its stream never changes and is that of baycomp.
    weights = np.random.RandomState(SEED).dirichlet([PRIOR, *[1] * len(blocks)], N_SAMPLES)
    higher, lower = (
        np.einsum("si,si->s", weights @ np.heaviside(sign * sums - 2 * rope, 0.5), weights)
        for sign in (1, -1)
    )
    outcomes = np.argmax([higher, 1 - higher - lower, lower], axis=0)
    return Outcomes(*(np.bincount(outcomes, minlength=3) / N_SAMPLES).tolist())
