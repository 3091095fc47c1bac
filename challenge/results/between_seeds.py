"""Variation between seeds, added to the replicates of groups: see `scoring.statistics.between_seeds`.

The deviation between seeds is pooled over the ranked groups of a resolution, by metric, for the means and for each
dataset. A private group is pooled with them only where its team or an organizer sees it. An entry of one run keeps its
replicates, because nothing is known about its other seeds.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from challenge.models import DatasetScore, Evaluation, GroundTruth
from challenge.results.rows import Row, RowKey
from challenge.results.seeds import split_by_group
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.between_seeds import noise_by_dataset, noise_of_mean, pooled_deviation

#: Evaluations of the seeds of each group, by resolution.
Pools = Mapping[int, Sequence[Sequence[Evaluation]]]


def with_noise_of_means(
    replicates: Mapping[RowKey, np.ndarray], rows: Iterable[Row], metrics: Sequence[str]
) -> dict[RowKey, np.ndarray]:
    """Return replicates of the rows' means, (len(metrics), B) each, with the variation between seeds in the groups.

    Takes two queries if there are groups, and none otherwise.
    """
    groups = [row for row in rows if row.group and row.key in replicates]
    deviations = _deviations_of_means(_pools(groups), metrics)
    noisy = {
        row.key: replicates[row.key]
        + _noise_of_means(row, metrics, deviations, replicates[row.key].shape[-1])
        for row in groups
        if row.resolution in deviations
    }
    return {**replicates, **noisy}


def with_noise_by_dataset(
    replicates: Mapping[RowKey, np.ndarray], rows: Iterable[Row], metrics: Sequence[str]
) -> dict[RowKey, np.ndarray]:
    """Return the same for replicates on each dataset, (12, len(metrics), B); their mean has the noise of the means.

    Takes three queries if there are groups, and none otherwise.
    """
    groups = [row for row in rows if row.group and row.key in replicates]
    pools = _pools(groups)
    of_means, by_dataset = _deviations_of_means(pools, metrics), _deviations_by_dataset(pools, metrics)
    noisy = {
        row.key: replicates[row.key]
        + _noise_by_dataset(
            row,
            metrics,
            by_dataset[row.resolution],
            _noise_of_means(row, metrics, of_means, replicates[row.key].shape[-1]),
        )
        for row in groups
        if row.resolution in by_dataset
    }
    return {**replicates, **noisy}


def _noise_of_means(
    row: Row, metrics: Sequence[str], deviations: Mapping[int, np.ndarray], n_replicates: int
) -> np.ndarray:
    """Return the noise of a group's means, (len(metrics), B); it depends on the group and the metric only."""
    return np.stack(
        [
            noise_of_mean(deviation, len(row.evaluations), n_replicates, _stream(row, metric))
            for metric, deviation in zip(metrics, deviations[row.resolution], strict=True)
        ]
    )


def _noise_by_dataset(
    row: Row, metrics: Sequence[str], deviations: np.ndarray, of_means: np.ndarray
) -> np.ndarray:
    """Return the noise of a group on each dataset, (12, len(metrics), B)."""
    return np.stack(
        [
            noise_by_dataset(of_datasets, of_mean, len(row.evaluations), _stream(row, metric))
            for metric, of_datasets, of_mean in zip(metrics, deviations.T, of_means, strict=True)
        ],
        axis=1,
    )


def _stream(row: Row, metric: str) -> tuple[int, int]:
    return row.key.pk, METRICS.index(metric)


def _pools(groups: Sequence[Row]) -> Pools:
    """Return the seeds of all ranked groups at the resolutions of the rows, and of those rows that are private."""
    if not groups:
        return {}
    ranked = Evaluation.objects.ranked(GroundTruth.objects.active()).filter(
        submission__resolution__in={row.resolution for row in groups}, submission__group__isnull=False
    )
    private = [evaluation.pk for row in groups if row.is_private for evaluation in row.evaluations]
    found = (ranked | Evaluation.objects.filter(pk__in=private)).select_related("submission__group")
    columns = found.only(*METRICS, "submission__resolution", "submission__group__name")
    pools: dict[int, list[Sequence[Evaluation]]] = {}
    for group, seeds in split_by_group(columns):
        if group:
            pools.setdefault(seeds[0].submission.resolution, []).append(seeds)
    return pools


def _deviations_of_means(pools: Pools, metrics: Sequence[str]) -> dict[int, np.ndarray]:
    """Return the deviation between seeds of the means, (len(metrics),), by resolution."""
    return {
        resolution: pooled_deviation([[[getattr(e, m) for m in metrics] for e in seeds] for seeds in groups])
        for resolution, groups in pools.items()
    }


def _deviations_by_dataset(pools: Pools, metrics: Sequence[str]) -> dict[int, np.ndarray]:
    """Return the deviation between seeds on each dataset, (12, len(metrics)), by resolution."""
    evaluations = [e.pk for groups in pools.values() for seeds in groups for e in seeds]
    places = {dataset.name: place for place, dataset in enumerate(MEDMNIST_PLUS)}
    scores = {pk: np.full((len(places), len(metrics)), np.nan) for pk in evaluations}
    found = (
        DatasetScore.objects.filter(evaluation__in=evaluations)
        if evaluations
        else DatasetScore.objects.none()
    )
    for pk, dataset, *values in found.values_list("evaluation_id", "dataset", *metrics):
        scores[pk][places[dataset]] = values
    return {
        resolution: pooled_deviation([[scores[e.pk] for e in seeds] for seeds in groups])
        for resolution, groups in pools.items()
    }
