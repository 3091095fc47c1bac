"""Figures of a comparison."""

from challenge.compare.comparison import Comparison
from challenge.compare.differences import differences, matrix_of_differences
from challenge.compare.selection import FEWEST
from challenge.figures.comparison import differences_by_dataset
from challenge.figures.figure import Figure
from challenge.figures.over_datasets import distribution_over_datasets
from challenge.figures.paired import paired_differences_by_dataset
from challenge.figures.paired_matrix import paired_differences
from challenge.figures.submission import metric_by_dataset
from challenge.scoring.benchmark import MEDMNIST_PLUS


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
        metric_by_dataset(series, metric, MEDMNIST_PLUS),
        differences_by_dataset(series, metric, MEDMNIST_PLUS),
        *by_dataset,
        distribution_over_datasets(series, metric, MEDMNIST_PLUS),
        *matrix,
    ]


def _difference_figures(comparison: Comparison) -> tuple[list[Figure], list[Figure]]:
    """Draw the rows with replicates: the differences of all pairs, and differences to the first row by dataset."""
    metric, paired = comparison.metric, comparison.paired
    rows = [row for row in comparison.rows if row.key in paired]
    labels = [
        one.label for one, row in zip(comparison.series, comparison.rows, strict=True) if row.key in paired
    ]
    all_paired = len(rows) == len(comparison.rows)
    found = comparison.differences if all_paired else differences(rows, metric, paired)
    return (
        [paired_differences(labels, *matrix_of_differences(rows, metric, paired), metric)],
        [
            paired_differences_by_dataset(
                labels[0], labels[1:], found.means, found.by_dataset, metric, MEDMNIST_PLUS
            )
        ],
    )
