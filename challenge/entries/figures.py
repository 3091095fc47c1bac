"""Figures of an entry, for its page and its downloads."""

from statistics import fmean

from challenge.entries.scores import entry_scores
from challenge.figures.curves import confusion_matrix, reliability_diagram, roc_curves
from challenge.figures.figure import Figure
from challenge.figures.over_datasets import distribution_over_datasets
from challenge.figures.submission import metric_by_dataset, rank_by_dataset
from challenge.leaderboard.by_dataset import dataset_ranks
from challenge.models import (
    Evaluation,
    EvaluationCurves,
    Metric,
    PublishedMethod,
    Submission,
    Versions,
    benchmark_of,
)
from challenge.results.rows import Row, published_rows, with_dataset_scores
from challenge.results.score import Series
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset


def overview_figures(
    submission: Submission, evaluation: Evaluation, versions: Versions | None
) -> list[Figure]:
    """Return the figures of a scored entry over all datasets, with published methods of its resolution."""
    scores, benchmark = entry_scores(evaluation), benchmark_of(submission.phase.board)
    row = Row(submission, scores.mean, by_dataset=scores.by_dataset)
    methods = PublishedMethod.objects.filter(resolution=submission.resolution)
    published = [] if benchmark.has_withheld else published_rows(methods)  # not on the withheld datasets
    compared = [one.series(Metric.AUC) for one in (row, *with_dataset_scores(published))]
    compared = sorted((one for one in compared if one.scores), key=_mean, reverse=True)
    figures = [metric_by_dataset([row.series(metric)], metric, benchmark) for metric in Metric.values]
    figures.append(distribution_over_datasets(compared, Metric.AUC, benchmark))
    if ranks := dataset_ranks(submission, evaluation, Metric.AUC, versions):
        figures.append(rank_by_dataset(ranks, Metric.AUC, benchmark))
    return figures


def _mean(series: Series) -> float:
    return fmean(score.value for score in series.scores.values())


def dataset_figures(evaluation: Evaluation, dataset: Dataset) -> list[Figure]:
    """Return the figures of a scored entry on one dataset; empty if it was scored before curves were stored."""
    try:
        data = evaluation.curves.datasets[dataset.name]
    except EvaluationCurves.DoesNotExist:
        return []
    return [draw(dataset, data) for draw in (confusion_matrix, roc_curves, reliability_diagram)]


def all_figures(submission: Submission, evaluation: Evaluation, versions: Versions | None) -> list[Figure]:
    """Return all figures of a scored entry; their names are unique."""
    figures = overview_figures(submission, evaluation, versions)
    for dataset in MEDMNIST_PLUS:  # curves of withheld datasets would tell about their labels
        figures += dataset_figures(evaluation, dataset)
    return figures
