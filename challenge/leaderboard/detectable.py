"""Size of the differences that the test sets can show, computed from the highest entries of each resolution.

Entries of one run are used: their replicates vary with the test images only, those of groups also between seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import boards
from challenge.leaderboard.store import Result
from challenge.models import Resolution, ranked_versions
from challenge.results.replicates import dataset_replicates
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.power import detectable_difference, standard_errors_of_pairs

#: Number of highest entries of one run at a resolution whose pairs are compared.
MOST = 10


@dataclass(frozen=True)
class Line:
    """Differences found with 80 % power, by metric in the order of `METRICS`; and a share of a variance.

    `share` is that of the dataset in the variance of the mean AUC over resamples of the test images.
    """

    dataset: Dataset
    differences: Sequence[float]
    share: float


@dataclass(frozen=True)
class Detectable:
    """Medians over the pairs of entries."""

    n_pairs: int
    lines: Sequence[Line]
    of_means: Sequence[float]

    @property
    def largest_shares(self) -> tuple[Line, Line]:
        """The two datasets that carry most of the variance of the mean AUC."""
        first, second, *_ = sorted(self.lines, key=lambda line: -line.share)
        return first, second

    @property
    def share_of_two(self) -> float:
        """Share of these two datasets together."""
        return sum(line.share for line in self.largest_shares)


def detectable_differences() -> Detectable | None:
    """Return the differences that are found with 80 % power; None if no resolution has two entries with replicates."""
    return DETECTABLE.value({}, None)


def _detectable(parameters: QueryDict) -> Detectable | None:
    of_resolution = boards(Filters(baselines=False), Resolution.values, ranked_versions())
    rows = [
        list(islice((row for row in board.rows if row.rank and not row.group), MOST))
        for board in of_resolution.values()
    ]
    found = [list(dataset_replicates(highest, METRICS).values()) for highest in rows]
    errors = np.concatenate([_errors(replicates) for replicates in found])
    if not len(errors):
        return None
    of_datasets = [[detectable_difference(error) for error in line] for line in np.median(errors, axis=0)]
    shares = _shares([one[:, METRICS.index("auc")] for replicates in found for one in replicates])
    return Detectable(
        len(errors),
        [Line(*one) for one in zip(MEDMNIST_PLUS, of_datasets[:-1], shares, strict=True)],
        of_datasets[-1],
    )


DETECTABLE = Result("detectable-differences", _detectable)


def _errors(replicates: Sequence[np.ndarray]) -> np.ndarray:
    """Return the standard errors of the paired differences, (pairs, 12 + 1, metrics); the last are of the means."""
    with_means = [np.concatenate([one, one.mean(axis=0, keepdims=True)]) for one in replicates]
    return standard_errors_of_pairs(with_means).reshape(-1, MEDMNIST_PLUS.n_datasets + 1, len(METRICS))


def _shares(replicates: Sequence[np.ndarray]) -> list[float]:
    """Return the share of each dataset in the variance of the mean, averaged over entries, from (12, B) of each."""
    variances = np.array([one.var(axis=1) for one in replicates])
    return (variances / variances.sum(axis=1, keepdims=True)).mean(axis=0).tolist()
