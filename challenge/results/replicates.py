"""Bootstrap replicates of rows, and intervals from them.

Replicates of entries are paired: replicate b of all entries uses the same resample of the test images, which are the
same at every resolution. Published results have no replicates, and so no intervals.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.db.models import QuerySet

from challenge.content.class_balance import class_counts
from challenge.models import (
    Uncertainty,
    WithheldDataset,
    unpack_dataset_replicates,
    unpack_mean_replicates,
)
from challenge.results.between_seeds import with_noise_by_dataset, with_noise_of_means
from challenge.results.rows import Row, RowKey
from challenge.results.score import Score
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.intervals import score_interval, standard_errors
from challenge.scoring.statistics.misses import Misses, misses

#: Replicates of one metric on each dataset, (D, B), by row.
Replicates = Mapping[RowKey, np.ndarray]

#: Maximum number of rows with replicates of several metrics in memory: 16 kB each.
ROWS_AT_ONCE = 1000


def mean_replicates(rows: Sequence[Row], metrics: Sequence[str]) -> dict[RowKey, np.ndarray]:
    """Return the replicates of each row's means over the datasets, (len(metrics), B) each.

    Replicates of a group are means over its seeds, and vary between seeds (`between_seeds`). A row is left out if any
    of its evaluations has no replicates.
    """
    found = _of_rows(rows, _mean_replicates(rows, "mean_replicates", metrics))
    return with_noise_of_means(found, rows, metrics)


def resampled_dataset_means(rows: Sequence[Row], metric: str) -> dict[RowKey, np.ndarray]:
    """Return one metric's means over resampled datasets and images, (B,) each, as `mean_replicates` does.

    A row is also left out if an earlier version of the site computed its replicates, which lack these means.
    """
    found = _of_rows(rows, _mean_replicates(rows, "resampled_dataset_means", [metric]))
    found = with_noise_of_means(found, rows, [metric])
    return {key: of_row[0] for key, of_row in found.items()}


def _mean_replicates(rows: Iterable[Row], field: str, metrics: Sequence[str]) -> dict[int, np.ndarray]:
    """Return the replicates in a field, (len(metrics), B) each, by the evaluations that have some."""
    chosen = [METRICS.index(metric) for metric in metrics]
    return {
        pk: unpack_mean_replicates(content)[chosen]
        for pk, content in _stored(rows, field).iterator()
        if content
    }


def dataset_replicates(rows: Sequence[Row], metrics: Sequence[str]) -> dict[RowKey, np.ndarray]:
    """Return the replicates on each dataset, (D, len(metrics), B) each, datasets in their official order.

    The mean over the datasets is that of `mean_replicates`.
    """
    chosen = [METRICS.index(metric) for metric in metrics]
    sizes = {one.pk: row.benchmark.n_datasets for row in rows for one in row.evaluations}
    found = {
        pk: unpack_dataset_replicates(content, sizes[pk])[:, chosen]
        for pk, content in _stored(rows, "dataset_replicates").iterator()
        if content
    }
    return with_noise_by_dataset(_of_rows(rows, found), rows, metrics)


def metric_replicates(rows: Sequence[Row], metric: str) -> dict[RowKey, np.ndarray]:
    """Return the replicates of one metric on each dataset, (D, B) each, for rows that have replicates: one query."""
    return {key: found[:, 0] for key, found in dataset_replicates(rows, [metric]).items()}


def _stored(rows: Iterable[Row], field: str) -> QuerySet[Uncertainty, tuple[int, bytes]]:
    """Return a query for the evaluations' ids and the stored bytes."""
    evaluations = [evaluation.pk for row in rows for evaluation in row.evaluations]
    return Uncertainty.objects.known().filter(evaluation__in=evaluations).values_list("evaluation_id", field)


def _of_rows(rows: Iterable[Row], found: Mapping[int, np.ndarray]) -> dict[RowKey, np.ndarray]:
    return {
        row.key: np.mean([found[evaluation.pk] for evaluation in row.evaluations], axis=0)
        for row in rows
        if row.evaluations and all(evaluation.pk in found for evaluation in row.evaluations)
    }


def with_intervals(rows: Sequence[Row], metrics: Sequence[str] = METRICS) -> list[Row]:
    """Return the rows, with intervals and standard errors of their means if they have replicates.

    One query per `ROWS_AT_ONCE` rows, and one for the ground truth.
    """
    of_miss = _misses(rows)
    if of_miss is None:
        return list(rows)
    found = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        replicates = mean_replicates(part, metrics)
        found += [
            replace(row, scores=_with_intervals(row.scores, metrics, replicates[row.key], of_miss.mean()))
            if row.key in replicates
            else row
            for row in part
        ]
    return found


def with_dataset_intervals(rows: Sequence[Row], metric: str, replicates: Replicates) -> list[Row]:
    """Return the rows, with intervals and standard errors of one metric on each dataset if they have replicates."""
    of_miss = _misses(rows)
    if of_miss is None:
        return list(rows)
    return [
        replace(row, by_dataset=_intervals_by_dataset(row, metric, replicates[row.key], of_miss))
        if row.key in replicates
        else row
        for row in rows
    ]


def with_intervals_of_selection(
    rows: Sequence[Row], metric: str, replicates: Mapping[RowKey, np.ndarray], weights: Sequence[int]
) -> list[Row]:
    """Return rows whose score is a weighted mean over the datasets, with its interval and standard error.

    Rows without replicates of that mean, (B,) each, stay as they are.
    """
    of_datasets = _misses(rows)
    if of_datasets is None:
        return list(rows)
    of_miss = of_datasets.weighted(weights)
    return [
        replace(row, scores=_with_intervals(row.scores, [metric], replicates[row.key][None], of_miss))
        if row.key in replicates
        else row
        for row in rows
    ]


def _intervals_by_dataset(
    row: Row, metric: str, replicates: np.ndarray, of_miss: Misses
) -> dict[str, Mapping[str, Score]]:
    found = dict(row.by_dataset)
    for place, dataset in enumerate(row.benchmark):
        scores = found.get(dataset.name, {})
        if metric in scores:
            found[dataset.name] = _with_intervals(scores, [metric], replicates[place, None], of_miss[place])
    return found


def _misses(rows: Iterable[Row]) -> Misses | None:
    """Return the effect of a miss on each dataset, for the ground truth of the rows; None if its labels are lost."""
    row = next((row for row in rows if row.evaluations), None)
    counts = class_counts(row.evaluations[0].ground_truth) if row else {}
    if row is None or not counts:
        return None
    if row.benchmark.has_withheld:
        withheld = WithheldDataset.objects.filter(phase=row.phase)
        counts = {**counts, **dict(withheld.values_list("name", "class_counts"))}
    return misses(counts, row.benchmark)


def _with_intervals(
    scores: Mapping[str, Score], metrics: Sequence[str], replicates: np.ndarray, of_miss: Misses
) -> dict[str, Score]:
    """Add intervals and standard errors of some metrics, from replicates (len(metrics), B)."""
    values = np.array([scores[metric].value for metric in metrics])
    ends = score_interval(values, replicates, of_miss, metrics).tolist()
    errors = standard_errors(replicates).tolist()
    return {**scores} | {
        metric: replace(scores[metric], low=low, high=high, error=error)
        for metric, (low, high), error in zip(metrics, ends, errors, strict=True)
    }
