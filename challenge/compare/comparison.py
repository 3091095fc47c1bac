"""A few entries and published methods side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import Team
from challenge.access import visible_groups, visible_scored_submissions
from challenge.compare.differences import (
    Replicates,
    dataset_differences,
    matrix_of_differences,
    mean_differences,
)
from challenge.figures.comparison import differences_by_dataset
from challenge.figures.figure import Figure
from challenge.figures.leaderboard import distribution_over_datasets
from challenge.figures.paired import paired_differences_by_dataset
from challenge.figures.ranks import paired_differences
from challenge.figures.submission import metric_by_dataset
from challenge.leaderboard.ranking import Row, add_dataset_scores, dataset_scores_of, published_rows, row_of
from challenge.models import GroundTruth, MethodGroup, Metric, PublishedMethod
from challenge.results.score import Score, Series
from challenge.results.seeds import group_dataset_scores, ranked_evaluations_by_group
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: How many rows stand side by side.
FEWEST, MOST = 2, 5
#: More than these in an address are not looked up.
MOST_KEYS = 50

_KEY = re.compile(r"([sgp])([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True)
class Cell:
    """A value of one row; `difference` to the first one is written with its sign."""

    score: Score | None
    difference: str
    is_best: bool


def find_rows(
    keys: Sequence[str], user: Team | AnonymousUser, ground_truth: GroundTruth | None
) -> dict[str, Row]:
    """Return the rows of those keys (`Row.key`) that the user may see, in the order asked for."""
    asked = [match.groups() for match in map(_KEY.fullmatch, keys) if match]
    rows = _entries([int(pk) for kind, pk in asked if kind == "s"], user, ground_truth)
    rows += _groups([int(pk) for kind, pk in asked if kind == "g"], user, ground_truth)
    methods = published_rows(
        PublishedMethod.objects.filter(pk__in=[int(pk) for kind, pk in asked if kind == "p"])
    )
    add_dataset_scores(methods)
    found = {row.key: row for row in rows + methods}
    return {key: found[key] for key in keys if key in found}


def _entries(pks: Sequence[int], user: Team | AnonymousUser, ground_truth: GroundTruth | None) -> list[Row]:
    rows = []
    for submission in visible_scored_submissions(user, pks):
        evaluation = submission.latest_scores(ground_truth)
        if evaluation:
            row = row_of(None, [evaluation])
            row.by_dataset = dataset_scores_of(evaluation)
            rows.append(row)
    return rows


def _groups(pks: Sequence[int], user: Team | AnonymousUser, ground_truth: GroundTruth | None) -> list[Row]:
    groups = visible_groups(user, pks) if pks else []
    evaluations = ranked_evaluations_by_group(groups, ground_truth)
    rows = []
    for group in groups:
        members = evaluations[group.pk]
        if len(members) >= MethodGroup.FEWEST:
            row = row_of(group, members)
            row.by_dataset = group_dataset_scores(members)
            rows.append(row)
    return rows


def mean_table(rows: Sequence[Row]) -> list[tuple[str, list[Cell]]]:
    """Return a line for each metric: its mean over the datasets."""
    return [(label, _cells([row.scores.get(metric) for row in rows])) for metric, label in Metric.choices]


def dataset_table(rows: Sequence[Row], metric: str) -> list[tuple[str, list[Cell]]]:
    """Return a line for each dataset: one metric."""
    return [
        (dataset.title, _cells([row.by_dataset.get(dataset.name, {}).get(metric) for row in rows]))
        for dataset in MEDMNIST_PLUS
    ]


def comparison_figures(rows: Sequence[Row], metric: str, replicates: Replicates) -> list[Figure]:
    """Return the figures of the rows that have the metric for each dataset, and of those that have replicates, too.

    There are none if fewer than two rows have the metric for each dataset.
    """
    series = [one for one in series_of(rows, metric) if one.scores]
    if len(series) < FEWEST:
        return []
    sure = [row for row in rows if row.key in replicates]
    matrix, by_dataset = _difference_figures(sure, metric, replicates) if len(sure) >= FEWEST else ([], [])
    return [
        metric_by_dataset(series, metric, MEDMNIST_PLUS),
        differences_by_dataset(series, metric, MEDMNIST_PLUS),
        *by_dataset,
        distribution_over_datasets(series, metric, MEDMNIST_PLUS),
        *matrix,
    ]


def _difference_figures(
    rows: Sequence[Row], metric: str, replicates: Replicates
) -> tuple[list[Figure], list[Figure]]:
    """Return the figure of the means' differences between all rows, and that of the differences to the first."""
    first, *others = labels = [one.label for one in series_of(rows, metric)]
    means = mean_differences(rows, metric, replicates)
    by_dataset = dataset_differences(rows, metric, replicates)
    return (
        [paired_differences(labels, *matrix_of_differences(rows, metric, replicates), metric)],
        [paired_differences_by_dataset(first, others, means, by_dataset, metric, MEDMNIST_PLUS)],
    )


def series_of(rows: Sequence[Row], metric: str) -> list[Series]:
    """Return a series for each row; where resolutions differ, its label says which it is."""
    several = len({row.resolution for row in rows}) > 1
    series = [row.series(metric) for row in rows]
    if not several:
        return series
    return [
        replace(one, label=f"{one.label}, {row.resolution} px") for one, row in zip(series, rows, strict=True)
    ]


def _cells(scores: Sequence[Score | None]) -> list[Cell]:
    """Compare the values as they are printed, so that what looks equal is equally good."""
    printed = [None if score is None else round(score.value, 4) for score in scores]
    best = max((value for value in printed if value is not None), default=None)
    first = printed[0]
    return [
        Cell(
            score,
            _signed(value - first) if number and value is not None and first is not None else "",
            value is not None and value == best,
        )
        for number, (score, value) in enumerate(zip(scores, printed, strict=True))
    ]


def _signed(difference: float) -> str:
    return f"{difference:+.4f}".replace("-", "\N{MINUS SIGN}") if round(difference, 4) else "±0"
