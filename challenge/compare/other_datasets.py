"""Probabilities that a difference between two rows would hold on other datasets of the same kind."""

from collections.abc import Sequence

import numpy as np

from challenge.results.over_datasets import score_table
from challenge.results.rows import Row, shared_benchmark
from challenge.scoring.statistics.bayesian import Outcomes, signed_rank_test


def outcomes_on_other_datasets(rows: Sequence[Row], metric: str) -> list[Outcomes | None]:
    """Compare each row except the first with the first row; None if one of the two lacks the score of a dataset.

    The rows must have their dataset scores. Replicates are not needed, so published results are compared, too.
    """
    first, *others = score_table(rows, metric)
    return [
        None
        if np.isnan(other + first).any()
        else signed_rank_test(other, first, shared_benchmark(rows).blocks)
        for other in others
    ]
