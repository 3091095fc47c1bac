"""The figures of an entry, from its rows: the same ones on its page and in its files."""

from challenge.figures.figure import Figure
from challenge.figures.submission import metric_by_dataset
from challenge.leaderboard import Row, scores_of
from challenge.models import Evaluation, GroundTruth, Metric, Submission
from challenge.results import Score
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset


def overview_figures(
    submission: Submission, evaluation: Evaluation, ground_truth: GroundTruth | None
) -> list[Figure]:
    """Return the figures of a scored entry over all datasets."""
    row = Row(scores_of(evaluation), submission=submission, by_dataset=_by_dataset(evaluation))
    return [metric_by_dataset([row.series(metric)], metric, MEDMNIST_PLUS) for metric in Metric.values]


def dataset_figures(evaluation: Evaluation, dataset: Dataset) -> list[Figure]:
    """Return the figures of a scored entry on one dataset; none, if it was scored before they were kept."""
    return []


def all_figures(
    submission: Submission, evaluation: Evaluation, ground_truth: GroundTruth | None
) -> list[Figure]:
    """Return every figure of a scored entry; their names differ."""
    figures = overview_figures(submission, evaluation, ground_truth)
    for dataset in MEDMNIST_PLUS:
        figures += dataset_figures(evaluation, dataset)
    return figures


def _by_dataset(evaluation: Evaluation) -> dict[str, dict[str, Score]]:
    return {
        scores.dataset: {metric: Score(getattr(scores, metric)) for metric in Metric.values}
        for scores in evaluation.dataset_scores.all()
    }
