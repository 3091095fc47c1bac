"""A few entries and published methods side by side."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import Team
from challenge.access import visible_scored_submissions
from challenge.figures.comparison import differences_by_dataset
from challenge.figures.figure import Figure
from challenge.figures.leaderboard import distribution_over_datasets
from challenge.figures.submission import metric_by_dataset
from challenge.leaderboard import Row, add_dataset_scores, dataset_scores_of, published_rows, row_of
from challenge.models import GroundTruth, Metric, PublishedMethod
from challenge.results import Score, Series
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: How many rows stand side by side.
FEWEST, MOST = 2, 5
#: More than these in an address are not looked up.
MOST_KEYS = 50

_KEY = re.compile(r"([sp])([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True)
class Cell:
    """A value of one row; `difference` to the first one is written with its sign."""

    value: float | None
    difference: str
    is_best: bool


def find_rows(
    keys: Sequence[str], user: Team | AnonymousUser, ground_truth: GroundTruth | None
) -> dict[str, Row]:
    """Return the rows of those keys (`Row.key`) that the user may see, in the order asked for."""
    asked = [match.groups() for match in map(_KEY.fullmatch, keys) if match]
    rows = _entries([int(pk) for kind, pk in asked if kind == "s"], user, ground_truth)
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


def mean_table(rows: Sequence[Row]) -> list[tuple[str, list[Cell]]]:
    """Return a line for each metric: its mean over the datasets."""
    return [(label, _cells([_value(row.scores, metric) for row in rows])) for metric, label in Metric.choices]


def dataset_table(rows: Sequence[Row], metric: str) -> list[tuple[str, list[Cell]]]:
    """Return a line for each dataset: one metric."""
    return [
        (dataset.title, _cells([_value(row.by_dataset.get(dataset.name, {}), metric) for row in rows]))
        for dataset in MEDMNIST_PLUS
    ]


def comparison_figures(rows: Sequence[Row], metric: str) -> list[Figure]:
    """Return the figures of the rows that have the metric for each dataset: none if fewer than two have."""
    series = [one for one in series_of(rows, metric) if one.scores]
    if len(series) < FEWEST:
        return []
    return [
        metric_by_dataset(series, metric, MEDMNIST_PLUS),
        differences_by_dataset(series, metric, MEDMNIST_PLUS),
        distribution_over_datasets(series, metric, MEDMNIST_PLUS),
    ]


def series_of(rows: Sequence[Row], metric: str) -> list[Series]:
    """Return a series for each row; where resolutions differ, its label says which it is."""
    several = len({row.resolution for row in rows}) > 1
    series = [row.series(metric) for row in rows]
    if not several:
        return series
    return [
        replace(one, label=f"{one.label}, {row.resolution} px") for one, row in zip(series, rows, strict=True)
    ]


def _value(scores: Mapping[str, Score], metric: str) -> float | None:
    score = scores.get(metric)
    return score.value if score else None


def _cells(values: Sequence[float | None]) -> list[Cell]:
    """Compare the values as they are printed, so that what looks equal is equally good."""
    printed = [None if value is None else round(value, 4) for value in values]
    best = max((value for value in printed if value is not None), default=None)
    first = printed[0]
    return [
        Cell(
            value,
            _signed(value - first) if number and value is not None and first is not None else "",
            value is not None and value == best,
        )
        for number, value in enumerate(printed)
    ]


def _signed(difference: float) -> str:
    return f"{difference:+.4f}".replace("-", "\N{MINUS SIGN}") if round(difference, 4) else "±0"
