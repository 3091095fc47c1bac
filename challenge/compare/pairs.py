"""Differences between all pairs of a few rows, with their uncertainty from paired replicates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from challenge.models import Versions
from challenge.results.replicates import Replicates
from challenge.results.rows import Row, RowKey, shared_benchmark
from challenge.results.score import Difference, Score
from challenge.scoring.statistics.all_pairs import compare_all_pairs
from challenge.scoring.statistics.power import detectable_difference
from challenge.scoring.statistics.rank_inference import flip_share


@dataclass(frozen=True)
class Pairs:
    """Scores of n rows on one dataset, or their means, with the tests of all pairs of rows that have replicates."""

    scores: Sequence[Score | None]
    #: None without replicates.
    replicates: Sequence[np.ndarray | None]
    #: (n, n), true where row i is significantly higher than row j.
    higher: np.ndarray
    #: (n, n), standard errors of the differences; NaN for a pair that is not tested.
    std_errors: np.ndarray
    #: Half the width of an interval, in standard errors. The intervals of all pairs tested together hold at once.
    critical: float

    def difference(self, i: int, j: int) -> Difference | None:
        """Return row i minus row j, of the rounded values shown in the table; None if one of the two has no score."""
        score, other = self.scores[i], self.scores[j]
        if score is None or other is None:
            return None
        printed = round(score.value, 4) - round(other.value, 4)
        own, of_other = self.replicates[i], self.replicates[j]
        if own is None or of_other is None:
            return Difference(printed)
        exact, error = score.value - other.value, float(self.std_errors[i, j])
        return Difference(
            printed,
            exact - self.critical * error,
            exact + self.critical * error,
            flip_share(score.value, other.value, own, of_other),
            detectable_difference(error, self.critical),
        )


def comparable(
    rows: Sequence[Row], replicates: Replicates, versions: Versions | None
) -> dict[RowKey, np.ndarray]:
    """Return the paired replicates: the replicates of the rows that were scored by the ranked versions."""
    return {
        row.key: replicates[row.key]
        for row in rows
        if row.key in replicates and all(evaluation.is_by(versions) for evaluation in row.evaluations)
    }


def pairs_of_means(rows: Sequence[Row], metric: str, replicates: Replicates) -> Pairs:
    """Compare the means over the datasets of all pairs of rows."""
    means = [replicates[row.key].mean(axis=0) if row.key in replicates else None for row in rows]
    (pairs,) = _compared([[row.scores.get(metric) for row in rows]], [means])
    return pairs


def pairs_by_dataset(rows: Sequence[Row], metric: str, replicates: Replicates) -> list[Pairs]:
    """Compare all pairs of rows on each dataset, in the official order; the tests of all datasets hold together."""
    of_rows, benchmark = [replicates.get(row.key) for row in rows], shared_benchmark(rows)
    return _compared(
        [[row.by_dataset.get(dataset.name, {}).get(metric) for row in rows] for dataset in benchmark],
        [[None if own is None else own[d] for own in of_rows] for d in range(benchmark.n_datasets)],
    )


def _compared(
    scores: Sequence[Sequence[Score | None]], replicates: Sequence[Sequence[np.ndarray | None]]
) -> list[Pairs]:
    """Test the pairs of all lines together; a line has a score and the replicates of each row, or None."""
    lines = [
        {
            i: (score.value, own)
            for i, (score, own) in enumerate(zip(*line, strict=True))
            if score and own is not None
        }
        for line in zip(scores, replicates, strict=True)
    ]
    n_replicates = next((len(own) for line in lines for _, own in line.values()), 1)
    tests = compare_all_pairs(
        [[value for value, _ in line.values()] for line in lines],
        [np.reshape([own for _, own in line.values()], (-1, n_replicates)) for line in lines],
    )
    return [
        Pairs(
            of_rows,
            own,
            _of_all_rows(higher, list(line), len(of_rows), False),
            _of_all_rows(errors, list(line), len(of_rows), np.nan),
            tests.critical,
        )
        for of_rows, own, line, higher, errors in zip(
            scores, replicates, lines, tests.higher, tests.std_errors, strict=True
        )
    ]


def _of_all_rows(pairs: np.ndarray, tested: Sequence[int], n_rows: int, otherwise: float) -> np.ndarray:
    """Return an array of the pairs of all rows, (n_rows, n_rows), from that of the tested rows."""
    found = np.full((n_rows, n_rows), otherwise, dtype=pairs.dtype)
    found[np.ix_(tested, tested)] = pairs
    return found
