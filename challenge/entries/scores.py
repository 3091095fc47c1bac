"""The scores of an entry, or of a group of seeds, as its page shows them: with intervals, once these are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from challenge.models import Evaluation, GroundTruth, MethodGroup, Uncertainty, uncertainty_of
from challenge.results.replicates import dataset_replicates, with_dataset_intervals, with_intervals
from challenge.results.rows import Row, dataset_scores_of, row_of, scores_of, with_dataset_scores
from challenge.results.score import Score
from challenge.scoring.metrics.ranked import METRICS
from challenge.services.uncertainty import AVERAGE


@dataclass(frozen=True)
class EntryScores:
    """The means over the datasets, and by dataset; the standard error of each AUC by dataset, and of their mean."""

    mean: dict[str, Score]
    by_dataset: dict[str, dict[str, Score]]
    auc_errors: Mapping[str, float]

    @property
    def auc_error_of_mean(self) -> float | None:
        """The standard error of the mean AUC, where it is known."""
        return self.auc_errors.get(AVERAGE)


class Intervals(StrEnum):
    """Whether the intervals of a scored evaluation are there."""

    KNOWN = "known"
    FOLLOW = "follow"
    WAIT = "wait"  # it was scored before there were any: the sweep has them made
    FAILED = "failed"
    NONE = "none"  # nor will they come: it is not ranked


def intervals_of(evaluation: Evaluation, ground_truth: GroundTruth | None) -> Intervals:
    """Return whether the intervals of a scored evaluation are there, or are still to come."""
    uncertainty = uncertainty_of(evaluation)
    if uncertainty is None:
        ranked = evaluation.is_by(ground_truth) and not evaluation.submission.is_disqualified
        return Intervals.WAIT if ranked else Intervals.NONE
    return {
        Uncertainty.Status.DONE: Intervals.KNOWN,
        Uncertainty.Status.FAILED: Intervals.FAILED,
    }.get(Uncertainty.Status(uncertainty.status), Intervals.FOLLOW)


def entry_scores(evaluation: Evaluation) -> EntryScores:
    """Return the scores of a scored evaluation, with intervals and standard errors if they are known."""
    uncertainty = uncertainty_of(evaluation)
    if uncertainty is None or uncertainty.status != Uncertainty.Status.DONE:
        return EntryScores(scores_of(evaluation), dataset_scores_of(evaluation), {})
    ends = uncertainty.intervals
    return EntryScores(
        _with_intervals(scores_of(evaluation), ends.get(AVERAGE, {})),
        {
            dataset: _with_intervals(scores, ends.get(dataset, {}))
            for dataset, scores in dataset_scores_of(evaluation).items()
        },
        uncertainty.auc_standard_errors,
    )


def group_row(group: MethodGroup, evaluations: Sequence[Evaluation]) -> Row:
    """Return the row of a group with its scores on each dataset, and intervals, once those of all seeds are known."""
    rows = with_intervals(with_dataset_scores([row_of(group, evaluations)]))
    replicates = dataset_replicates(rows, METRICS)
    for place, metric in enumerate(METRICS):
        rows = with_dataset_intervals(rows, metric, {key: of[:, place] for key, of in replicates.items()})
    return rows[0]


def _with_intervals(scores: Mapping[str, Score], ends: Mapping[str, Sequence[float]]) -> dict[str, Score]:
    return {
        metric: replace(score, low=ends[metric][0], high=ends[metric][1]) if metric in ends else score
        for metric, score in scores.items()
    }
