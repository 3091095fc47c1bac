"""Figures of a comparison."""

import numpy as np

from challenge.compare.comparison import Comparison
from challenge.compare.selection import FEWEST
from challenge.figures.comparison import differences_by_dataset
from challenge.figures.figure import Figure
from challenge.figures.over_datasets import distribution_over_datasets
from challenge.figures.paired import paired_differences_by_dataset
from challenge.figures.paired_matrix import paired_differences
from challenge.figures.submission import metric_by_dataset


def comparison_figures(comparison: Comparison) -> list[Figure]:
    """Return the figures of the rows with dataset scores; some of the figures need replicates, too.

    The list is empty if fewer than two rows have dataset scores.
    """
    metric = comparison.metric
    series = [one for one in comparison.series if one.scores]
    if len(series) < FEWEST:
        return []
    matrix, by_dataset = _difference_figures(comparison) if comparison.has_pairs else ([], [])
    return [
        metric_by_dataset(series, metric, comparison.benchmark),
        differences_by_dataset(series, metric, comparison.benchmark),
        *by_dataset,
        distribution_over_datasets(series, metric, comparison.benchmark),
        *matrix,
    ]


def _difference_figures(comparison: Comparison) -> tuple[list[Figure], list[Figure]]:
    """Draw the rows with replicates: the differences of all pairs, and differences to the first row by dataset."""
    metric, means = comparison.metric, comparison.means
    places = [i for i, row in enumerate(comparison.rows) if row.key in comparison.paired]
    labels = [comparison.labels[i] for i in places]
    first, others = places[0], places[1:]
    values = [score.value if score else np.nan for score in (means.scores[i] for i in places)]
    difference, margin = (
        np.subtract.outer(values, values),
        means.critical * means.std_errors[np.ix_(places, places)],
    )
    return (
        [paired_differences(labels, difference, difference - margin, difference + margin, metric)],
        [
            paired_differences_by_dataset(
                labels[0],
                labels[1:],
                [means.difference(i, first) for i in others],
                [[one.difference(i, first) for i in others] for one in comparison.datasets],
                metric,
                comparison.benchmark,
            )
        ],
    )
