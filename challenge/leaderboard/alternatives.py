"""Alternatives to the official ranking of the leaderboard, which is by the mean over the datasets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from challenge.models import Metric
from challenge.results.decathlon import decathlon_baseline
from challenge.results.over_datasets import score_table
from challenge.results.replicates import metric_replicates
from challenge.results.rows import Row, shared_benchmark
from challenge.scoring.statistics import aggregation
from challenge.scoring.statistics.intervals import N_REPLICATES
from challenge.scoring.statistics.ranking import rank

#: The metrics of the benchmark's design; accuracy is added for comparison with published results.
BENCHMARK_METRICS = (Metric.AUC, Metric.BALANCED_ACCURACY, Metric.COHEN_KAPPA)


@dataclass(frozen=True)
class Cell:
    """Rank of a row under one way, and the value behind the rank. Without a score both are empty."""

    rank: int | None
    value: str


@dataclass(frozen=True)
class Way:
    """A way to rank: `cells` in the order of the rows."""

    title: str
    about: str
    cells: list[Cell]


def ways_to_rank(rows: Sequence[Row], metric: Metric, resolution: int) -> list[Way]:
    """Rank the rows, which must have dataset scores, in every way; the official way comes first."""
    scores, benchmark = score_table(rows, metric), shared_benchmark(rows)
    worst, where = aggregation.worst_dataset(scores)
    titles = [dataset.title for dataset in benchmark]
    by_metric = [[_mean(row, one) for one in BENCHMARK_METRICS] for row in rows]
    ways = [
        _by_highest("Mean", "The mean over the datasets: official.", _means(rows, metric)),
        _by_lowest(
            "Mean rank",
            f"The mean of the ranks on the {benchmark.n_datasets} datasets; each of the three organ sets counts.",
            aggregation.mean_ranks(scores),
        ),
        _by_highest(
            "Wins by test",
            "The number of significantly lower rows, summed over the datasets. "
            "All pairs of all datasets are tested together.",
            aggregation.wins_by_test(scores, _dataset_replicates(rows, metric)),
            decimals=0,
        ),
        _by_lowest(
            "Three metrics",
            "The mean of the ranks by mean AUC, balanced accuracy and Cohen's kappa.",
            aggregation.mean_rank_over_metrics(np.array(by_metric, dtype=float).reshape(-1, 3)),
        ),
        _by_highest(
            "Worst dataset",
            f"The lowest of the {benchmark.n_datasets} scores.",
            worst,
            notes=[titles[index] if index >= 0 else "" for index in where.tolist()],
        ),
        _by_highest(
            "Organs as one",
            "The mean over the datasets, with the three organ sets (views of the same scans) counted as one.",
            aggregation.grouped_mean(scores, benchmark.blocks),
        ),
    ]
    baseline = None if benchmark.has_withheld else decathlon_baseline(resolution)
    if baseline is not None:
        ways.append(
            _by_highest(
                "Decathlon",
                "Points for the accuracy on each dataset: 250 for the accuracy of the published ResNet-18, "
                "1,000 for no error.",
                aggregation.decathlon_score(score_table(rows, Metric.ACCURACY), baseline),
                decimals=0,
            )
        )
    return ways


def leave_one_out_ranges(rows: Sequence[Row], metric: Metric) -> list[tuple[int, int] | None]:
    """Return the best and the worst rank of each row if any one dataset is left out of the mean."""
    ranges = aggregation.leave_one_out_rank_range(score_table(rows, metric))
    return [None if np.isnan(low) else (int(low), int(high)) for low, high in ranges]


def _dataset_replicates(rows: Sequence[Row], metric: str) -> np.ndarray:
    """Return the replicates on the datasets, (m, D, B); NaN for a row without replicates."""
    found = metric_replicates(rows, metric)
    shape = (len(rows), shared_benchmark(rows).n_datasets, N_REPLICATES)
    replicates = np.full(shape, np.nan, dtype=np.float32)
    for index, row in enumerate(rows):
        if row.key in found:
            replicates[index] = found[row.key]
    return replicates


def _means(rows: Sequence[Row], metric: str) -> list[float]:
    return [_mean(row, metric) for row in rows]


def _mean(row: Row, metric: str) -> float:
    score = row.scores.get(metric)
    return score.value if score else float("nan")


def _by_highest(
    title: str,
    about: str,
    values: Sequence[float] | np.ndarray,
    *,
    decimals: int = 4,
    notes: Sequence[str] = (),
) -> Way:
    numbers = [float(value) for value in values]
    return _way(title, about, rank(numbers), numbers, decimals, notes)


def _by_lowest(title: str, about: str, values: Sequence[float] | np.ndarray) -> Way:
    numbers = [float(value) for value in values]
    return _way(title, about, rank([-value for value in numbers]), numbers, 1, ())


def _way(
    title: str,
    about: str,
    ranks: Sequence[int | None],
    values: Sequence[float],
    decimals: int,
    notes: Sequence[str],
) -> Way:
    texts = ["" if place is None else f"{v:.{decimals}f}" for place, v in zip(ranks, values, strict=True)]
    if notes:
        texts = [f"{text}, {note}" if text else "" for text, note in zip(texts, notes, strict=True)]
    return Way(title, about, [Cell(place, text) for place, text in zip(ranks, texts, strict=True)])
