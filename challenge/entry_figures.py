"""The figures of an entry, from its rows: the same ones on its page and in its files."""

from collections.abc import Sequence
from statistics import fmean

from challenge.figures.curves import confusion_matrix, reliability_diagram, roc_curves
from challenge.figures.figure import Figure
from challenge.figures.leaderboard import distribution_over_datasets
from challenge.figures.submission import metric_by_dataset, rank_by_dataset
from challenge.leaderboard import Filters, Row, add_dataset_scores, dataset_scores_of, leaderboard, scores_of
from challenge.models import Evaluation, EvaluationCurves, GroundTruth, Metric, Submission
from challenge.results import Series
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset
from challenge.scoring.ranking import rank


def overview_figures(
    submission: Submission, evaluation: Evaluation, ground_truth: GroundTruth | None
) -> list[Figure]:
    """Return the figures of a scored entry over all datasets, beside what is ranked at its resolution."""
    row = Row(scores_of(evaluation), submission=submission, by_dataset=dataset_scores_of(evaluation))
    others = leaderboard(Filters(submission.resolution, all_entries=True), ground_truth)
    add_dataset_scores(others)
    beside = [one.series(Metric.AUC) for one in (row, *others) if one is row or one.method]
    beside = sorted((one for one in beside if one.scores), key=_mean, reverse=True)
    figures = [metric_by_dataset([row.series(metric)], metric, MEDMNIST_PLUS) for metric in Metric.values]
    figures.append(distribution_over_datasets(beside, Metric.AUC, MEDMNIST_PLUS))
    if ranks := _ranks(submission, others, Metric.AUC):
        figures.append(rank_by_dataset(ranks, Metric.AUC, MEDMNIST_PLUS))
    return figures


def _mean(series: Series) -> float:
    return fmean(score.value for score in series.scores.values())


def dataset_figures(evaluation: Evaluation, dataset: Dataset) -> list[Figure]:
    """Return the figures of a scored entry on one dataset; none, if it was scored before they were kept."""
    try:
        data = evaluation.curves.datasets[dataset.name]
    except EvaluationCurves.DoesNotExist:
        return []
    return [draw(dataset, data) for draw in (confusion_matrix, roc_curves, reliability_diagram)]


def all_figures(
    submission: Submission, evaluation: Evaluation, ground_truth: GroundTruth | None
) -> list[Figure]:
    """Return every figure of a scored entry; their names differ."""
    figures = overview_figures(submission, evaluation, ground_truth)
    for dataset in MEDMNIST_PLUS:
        figures += dataset_figures(evaluation, dataset)
    return figures


def _ranks(submission: Submission, rows: Sequence[Row], metric: str) -> dict[str, tuple[int, int]]:
    """Return the entry's rank on each dataset, and of how many; none, if it is not among what is ranked."""
    ranks = {}
    place = next((i for i, row in enumerate(rows) if submission in row.members), None)
    if place is None:
        return {}
    for dataset in MEDMNIST_PLUS:
        scores = [row.by_dataset.get(dataset.name, {}).get(metric) for row in rows]
        places = rank([score.value if score else None for score in scores])
        if own := places[place]:
            ranks[dataset.name] = (own, sum(other is not None for other in places))
    return ranks
