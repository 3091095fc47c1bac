"""Comparison of a few entries and published methods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from challenge.compare.other_datasets import outcomes_on_other_datasets
from challenge.compare.pairs import Pairs, comparable, pairs_by_dataset, pairs_of_means
from challenge.compare.selection import FEWEST
from challenge.compare.tables import Cell, dataset_table, mean_table
from challenge.compare.wins import Wins, standings, wins
from challenge.models import Metric, Versions
from challenge.results.replicates import (
    Replicates,
    metric_replicates,
    with_dataset_intervals,
    with_intervals,
)
from challenge.results.rows import Row, shared_benchmark
from challenge.results.score import Difference, Series
from challenge.scoring.benchmark import Benchmark, Dataset
from challenge.scoring.statistics.bayesian import Outcomes


@dataclass(frozen=True)
class Comparison:
    """Two or more rows compared by one metric, with everything that the page and its figures show."""

    metric: Metric
    #: With dataset scores and intervals.
    rows: Sequence[Row]
    #: Replicates of the rows that were scored by the ranked versions, on the same resamples.
    paired: Replicates
    #: All pairs of rows, compared by their means.
    means: Pairs
    #: The same on each dataset, in the official order; the tests of all datasets hold together.
    datasets: Sequence[Pairs]
    has_intervals: bool

    @property
    def benchmark(self) -> Benchmark:
        """Datasets of the rows, which are the same for all."""
        return shared_benchmark(self.rows)

    @cached_property
    def series(self) -> list[Series]:
        """One series for each row; if the resolutions differ, the label names the resolution."""
        series = [row.series(self.metric) for row in self.rows]
        if not self.differ_in_resolution:
            return series
        return [
            replace(one, label=f"{one.label}, {row.resolution} px")
            for one, row in zip(series, self.rows, strict=True)
        ]

    @property
    def labels(self) -> list[str]:
        """Label of each row."""
        return [one.label for one in self.series]

    @property
    def differ_in_resolution(self) -> bool:
        """True if the rows have different resolutions."""
        return len({row.resolution for row in self.rows}) > 1

    @property
    def has_deviations(self) -> bool:
        """True if a row has a standard deviation over seeds."""
        return any(score.std is not None for row in self.rows for score in row.scores.values())

    @property
    def has_groups(self) -> bool:
        """True if a row is a group of seeds."""
        return any(row.group for row in self.rows)

    @property
    def has_single_runs(self) -> bool:
        """True if a row is an entry of one run."""
        return any(row.n_runs == 1 for row in self.rows)

    @property
    def has_pairs(self) -> bool:
        """True if at least two rows have paired replicates."""
        return len(self.paired) >= FEWEST

    @property
    def without_replicates(self) -> list[str]:
        """Labels of the rows that have no paired replicates."""
        return [
            label for row, label in zip(self.rows, self.labels, strict=True) if row.key not in self.paired
        ]

    @property
    def without_datasets(self) -> list[str]:
        """Labels of the rows for which only the mean of the metric is known."""
        return [one.label for one in self.series if not one.scores]

    @property
    def mean_table(self) -> list[tuple[str, list[Cell]]]:
        """One line for each metric."""
        return mean_table(self.rows)

    @property
    def dataset_table(self) -> list[tuple[str, list[Cell]]]:
        """One line for each dataset, if a row has the metric on single datasets."""
        return dataset_table(self.rows, self.metric) if any(one.scores for one in self.series) else []

    @property
    def mean_differences(self) -> list[tuple[str, Difference | None]]:
        """Label and difference of the means to the first row, for each other row."""
        return list(zip(self.labels[1:], _to_first(self.means), strict=True))

    @cached_property
    def other_datasets(self) -> list[tuple[str, Outcomes | None]]:
        """Label and outcomes on other datasets, for each row except the first."""
        return list(zip(self.labels[1:], outcomes_on_other_datasets(self.rows, self.metric), strict=True))

    @property
    def dataset_differences(self) -> list[tuple[Dataset, list[Difference | None]]]:
        """Differences to the first row on each dataset."""
        return [(dataset, _to_first(one)) for dataset, one in zip(self.benchmark, self.datasets, strict=True)]

    @cached_property
    def standings(self) -> list[tuple[Dataset, list[str]]]:
        """One word for each row, by dataset: see `wins.standings`."""
        return [(dataset, standings(one)) for dataset, one in zip(self.benchmark, self.datasets, strict=True)]

    @property
    def wins(self) -> list[Wins]:
        """Number of datasets that each row wins."""
        return wins([words for _, words in self.standings])


def compare(rows: Sequence[Row], metric: Metric, versions: Versions | None) -> Comparison:
    """Compare at least two rows that have their dataset scores, on the same datasets."""
    replicates = metric_replicates(rows, metric)
    rows = with_dataset_intervals(with_intervals(rows), metric, replicates)
    paired = comparable(rows, replicates, versions)
    return Comparison(
        metric,
        rows,
        paired,
        pairs_of_means(rows, metric, paired),
        pairs_by_dataset(rows, metric, paired),
        bool(replicates),
    )


def _to_first(pairs: Pairs) -> list[Difference | None]:
    return [pairs.difference(i, 0) for i in range(1, len(pairs.scores))]
