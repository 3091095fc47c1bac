"""Scores of rows on all datasets as one table, and their means over resampled datasets.

All rows have the same draws of datasets. For an entry, draw b also uses replicate b of the test images. A published
result has no replicates, so only the choice of the datasets varies.
"""

from collections.abc import Sequence

import numpy as np

from challenge.models import DatasetScore
from challenge.results.replicates import resampled_dataset_means
from challenge.results.rows import Row, RowKey, shared_benchmark, with_dataset_scores
from challenge.scoring.statistics.intervals import N_REPLICATES
from challenge.scoring.statistics.over_datasets import resampled_means_of_scores


def score_table(rows: Sequence[Row], metric: str) -> np.ndarray:
    """Return the scores on the datasets, (m, D), of rows with dataset scores; NaN for a missing score."""
    benchmark = shared_benchmark(rows)
    found = [[row.by_dataset.get(dataset.name, {}).get(metric) for dataset in benchmark] for row in rows]
    values = [[score.value if score else np.nan for score in line] for line in found]
    return np.array(values).reshape(-1, benchmark.n_datasets)


def means_over_resampled_datasets(rows: Sequence[Row], metric: str) -> dict[RowKey, np.ndarray]:
    """Return the means of each row over the resampled datasets, (B,) each; at most three queries.

    An entry whose replicates are not known yet is resampled like a published result. A row that lacks the score of a
    dataset is left out.
    """
    found = resampled_dataset_means(rows, metric)
    others = [row for row in rows if row.key not in found]
    scores = stored_score_table(others, metric)
    complete = ~np.isnan(scores).any(axis=1)
    means = resampled_means_of_scores(scores[complete], N_REPLICATES, shared_benchmark(others))
    keys = [row.key for row, has_all in zip(others, complete, strict=True) if has_all]
    return found | dict(zip(keys, means, strict=True))


def stored_score_table(rows: Sequence[Row], metric: str) -> np.ndarray:
    """Return the same table for rows without dataset scores, which are read in two queries."""
    table = _entry_table(rows, metric)
    published = [place for place, row in enumerate(rows) if row.method]
    table[published] = score_table(with_dataset_scores([rows[place] for place in published]), metric)
    return table


def _entry_table(rows: Sequence[Row], metric: str) -> np.ndarray:
    """Return the table of entries and groups; the lines of published methods are NaN.

    The query returns plain values: instances of thousands of rows would take seconds.
    """
    places = {dataset.name: place for place, dataset in enumerate(shared_benchmark(rows))}
    starts = {
        evaluation.pk: number * len(places)
        for number, row in enumerate(rows)
        for evaluation in row.evaluations
    }
    stored = DatasetScore.objects.filter(evaluation__in=starts) if starts else DatasetScore.objects.none()
    found = list(stored.values_list("evaluation_id", "dataset", metric))
    cells = np.array([starts[pk] + places[dataset] for pk, dataset, _ in found], dtype=int)
    shape, size = (len(rows), len(places)), len(rows) * len(places)
    sums = np.bincount(cells, [value for *_, value in found], size).reshape(shape).astype(float)
    counts = np.bincount(cells, minlength=size).reshape(shape)
    n_seeds = np.array([len(row.evaluations) for row in rows], dtype=float)[:, None]
    return np.divide(sums, n_seeds, out=np.full_like(sums, np.nan), where=(counts == n_seeds) & (n_seeds > 0))
