"""Variation between seeds, added to the replicates of groups: see `scoring.statistics.between_seeds`.

The deviation between seeds is pooled over the ranked groups of a phase and a resolution, by metric, for the means and
for each dataset. A hidden group is pooled with them only where its team or an organizer sees it. An entry of one run
keeps its replicates, because nothing is known about its other seeds.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from challenge.models import DatasetScore, Evaluation, MethodGroup, ranked_versions
from challenge.results.rows import Row, RowKey
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.between_seeds import noise_by_dataset, noise_of_mean, pooled_deviation

#: A phase and a resolution.
Pool = tuple[int | None, int]
#: Scores of the seeds of each group, (len(metrics),) by the number of the evaluation, by phase and resolution.
Pools = Mapping[Pool, Sequence[Mapping[int, Sequence[float]]]]


def with_noise_of_means(
    replicates: Mapping[RowKey, np.ndarray], rows: Iterable[Row], metrics: Sequence[str]
) -> dict[RowKey, np.ndarray]:
    """Return replicates of the rows' means, (len(metrics), B) each, with the variation between seeds in the groups.

    Takes two queries if there are groups, and none otherwise.
    """
    groups = [row for row in rows if row.group]
    deviations = _deviations_of_means(_pools(groups, metrics))
    noise = {
        row.key: _noise_of_means(row, metrics, deviations[_pool(row)], replicates[row.key].shape[-1])
        for row in groups
        if row.key in replicates and _pool(row) in deviations
    }
    return {key: of_row + noise[key] if key in noise else of_row for key, of_row in replicates.items()}


def with_noise_by_dataset(
    replicates: Mapping[RowKey, np.ndarray], rows: Iterable[Row], metrics: Sequence[str]
) -> dict[RowKey, np.ndarray]:
    """Return the same for replicates on each dataset, (D, len(metrics), B); their mean has the noise of the means.

    Takes three queries if there are groups, and none otherwise.
    """
    groups = [row for row in rows if row.group]
    pools = _pools(groups, metrics)
    benchmarks = {_pool(row): row.benchmark for row in groups}
    of_means, by_dataset = (
        _deviations_of_means(pools),
        _deviations_by_dataset(pools, metrics, benchmarks),
    )
    noise = {
        row.key: _noise_by_dataset(
            row, metrics, of_means[_pool(row)], by_dataset[_pool(row)], replicates[row.key].shape[-1]
        )
        for row in groups
        if row.key in replicates and _pool(row) in pools
    }
    return {key: of_row + noise[key] if key in noise else of_row for key, of_row in replicates.items()}


def _noise_of_means(
    row: Row, metrics: Sequence[str], deviations: np.ndarray, n_replicates: int
) -> np.ndarray:
    """Return the noise of a group's means, (len(metrics), B), from the deviation between seeds of each metric."""
    return np.stack(
        [
            noise_of_mean(deviation, len(row.evaluations), n_replicates, _stream(row, metric))
            for metric, deviation in zip(metrics, deviations, strict=True)
        ]
    )


def _noise_by_dataset(
    row: Row, metrics: Sequence[str], of_means: np.ndarray, by_dataset: np.ndarray, n_replicates: int
) -> np.ndarray:
    """Return the noise of a group on each dataset, (D, len(metrics), B); `by_dataset` is (D, len(metrics))."""
    noise = _noise_of_means(row, metrics, of_means, n_replicates)
    return np.stack(
        [
            noise_by_dataset(
                by_dataset[:, i], of_means[i], noise[i], len(row.evaluations), _stream(row, metric)
            )
            for i, metric in enumerate(metrics)
        ],
        axis=1,
    )


def _stream(row: Row, metric: str) -> tuple[int, int]:
    """Return what the noise depends on: each group and each metric has its own, the same at each read."""
    return row.key.pk, METRICS.index(metric)


def _pool(row: Row) -> Pool:
    return row.phase, row.resolution


def _pools(groups: Sequence[Row], metrics: Sequence[str]) -> Pools:
    """Return the seeds of all ranked groups in the phases and at the resolutions of the rows, and of hidden rows."""
    if not groups:
        return {}
    resolutions = {row.resolution for row in groups}
    phases = {row.phase for row in groups}
    hidden = [evaluation.pk for row in groups if row.is_hidden for evaluation in row.evaluations]
    ranked = Evaluation.objects.ranked(ranked_versions()).filter(
        submission__phase__in=phases, submission__resolution__in=resolutions, submission__group__isnull=False
    )
    found = ranked | Evaluation.objects.filter(pk__in=hidden)
    seeds: dict[tuple[Pool, int], dict[int, list[float]]] = {}
    for phase, resolution, group, pk, *scores in found.values_list(
        "submission__phase", "submission__resolution", "submission__group", "pk", *metrics
    ):
        seeds.setdefault(((phase, resolution), group), {})[pk] = scores
    pools: dict[Pool, list[Mapping[int, Sequence[float]]]] = {}
    for (pool, _), of_group in seeds.items():
        if len(of_group) >= MethodGroup.FEWEST:
            pools.setdefault(pool, []).append(of_group)
    return pools


def _deviations_of_means(pools: Pools) -> dict[Pool, np.ndarray]:
    """Return the deviation between seeds of the means, (len(metrics),), by phase and resolution."""
    return {
        pool: pooled_deviation([list(seeds.values()) for seeds in groups]) for pool, groups in pools.items()
    }


def _deviations_by_dataset(
    pools: Pools, metrics: Sequence[str], benchmarks: Mapping[Pool, Benchmark]
) -> dict[Pool, np.ndarray]:
    """Return the deviation between seeds on each dataset, (D, len(metrics)), by phase and resolution.

    A pool of a phase that no row is of is left out.
    """
    pools = {pool: groups for pool, groups in pools.items() if pool in benchmarks}
    if not pools:
        return {}
    places, scores = {}, {}
    for pool, groups in pools.items():
        of_pool = {dataset.name: place for place, dataset in enumerate(benchmarks[pool])}
        for pk in chain.from_iterable(groups):
            places[pk], scores[pk] = of_pool, np.full((len(of_pool), len(metrics)), np.nan)
    found = DatasetScore.objects.filter(evaluation__in=scores).values_list("evaluation", "dataset", *metrics)
    for pk, dataset, *values in found:
        scores[pk][places[pk][dataset]] = values
    return {
        pool: pooled_deviation([[scores[pk] for pk in seeds] for seeds in groups])
        for pool, groups in pools.items()
    }
