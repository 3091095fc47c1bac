"""Ranks of an entry on each dataset, among all entries and published methods of its resolution."""

from collections.abc import Mapping
from statistics import fmean

import numpy as np
from django.http import QueryDict

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.store import Result
from challenge.models import (
    DatasetScore,
    Evaluation,
    MethodGroup,
    Metric,
    PublishedMethod,
    Submission,
    Versions,
    benchmark_of,
    in_phase,
    ranked_versions,
)
from challenge.results.rows import dataset_scores_of, published_rows, with_dataset_scores
from challenge.results.seeds import group_dataset_scores, ranked_evaluations


def dataset_ranks(
    submission: Submission, evaluation: Evaluation, metric: Metric, versions: Versions | None
) -> dict[str, tuple[int, int]]:
    """Return the rank of an entry and the number of ranked rows, by dataset; empty if the entry is not ranked.

    A seed has the ranks of its group, because the leaderboard has one row for the whole group.
    """
    if not (submission.is_ranked and evaluation.is_by(versions)):
        return {}
    filters = Filters(submission.resolution, metric, phase=submission.phase.board)
    others = VALUES.value({**filters.of_phase, "resolution": submission.resolution, "metric": metric}, {})
    seeds = ranked_evaluations(submission.group, versions) if submission.group else []
    in_group = len(seeds) >= MethodGroup.FEWEST
    own = group_dataset_scores(seeds) if in_group else dataset_scores_of(evaluation)
    return {
        dataset: _rank(scores[metric].value, others[dataset])
        for dataset, scores in own.items()
        if dataset in others
    }


def _rank(value: float, values: np.ndarray) -> tuple[int, int]:
    """Return 1 plus the number of higher values, and the number of all values, which must be sorted."""
    return len(values) - int(np.searchsorted(values, value, side="right")) + 1, len(values)


def _sorted_values(parameters: QueryDict) -> Mapping[str, np.ndarray]:
    """Return the values of all rows at a resolution by dataset, in increasing order.

    The query returns plain values: with thousands of entries, model instances would take seconds.
    """
    filters = Filters.from_query(parameters)
    resolution, metric = filters.resolution, filters.metric
    versions = ranked_versions()
    by_dataset: dict[str, list[float]] = {}
    of_board = in_phase(filters.phase, "submission__")
    ranked = Evaluation.objects.ranked(versions).filter(of_board, submission__resolution=resolution)
    by_group: dict[tuple[int, str], list[float]] = {}
    for group, dataset, value in DatasetScore.objects.filter(evaluation__in=ranked).values_list(
        "evaluation__submission__group", "dataset", metric
    ):
        if group is None:
            by_dataset.setdefault(dataset, []).append(value)
        else:
            by_group.setdefault((group, dataset), []).append(value)
    for (_, dataset), values in by_group.items():
        by_dataset.setdefault(dataset, []).append(fmean(values))  # if one seed is left, its own value
    if benchmark_of(filters.phase).has_withheld:  # published methods are not on the board
        return {dataset: np.sort(values) for dataset, values in by_dataset.items()}
    methods = published_rows(PublishedMethod.objects.filter(resolution=resolution))
    for row in with_dataset_scores(methods):
        for dataset, scores in row.by_dataset.items():
            if metric in scores:
                by_dataset.setdefault(dataset, []).append(scores[metric].value)
    return {dataset: np.sort(values) for dataset, values in by_dataset.items()}


VALUES = Result("values-on-each-dataset", _sorted_values)
