"""Scores of an entry or a group of seeds for its page, with intervals if they are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from challenge.models import (
    Evaluation,
    MethodGroup,
    Submission,
    Uncertainty,
    Versions,
    benchmark_of,
    uncertainty_of,
)
from challenge.results.replicates import dataset_replicates, with_dataset_intervals, with_intervals
from challenge.results.rows import Row, dataset_scores_of, row_of, scores_of, with_dataset_scores
from challenge.results.score import Difference, Score, any_close_to_one
from challenge.results.withheld import with_gaps
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.estimates import AVERAGE


@dataclass(frozen=True)
class EntryScores:
    """Means over the datasets, scores by dataset, and DeLong's standard errors of the AUCs and of the mean AUC."""

    mean: dict[str, Score]
    by_dataset: dict[str, dict[str, Score]]
    auc_errors: Mapping[str, float]

    @property
    def is_close_to_one(self) -> bool:
        """True if a score with an interval is close to 1."""
        tables = (self.mean, *self.by_dataset.values())
        return any_close_to_one(score for scores in tables for score in scores.values())

    @property
    def auc_error_of_mean(self) -> float | None:
        """Standard error of the mean AUC; None if it is not known."""
        return self.auc_errors.get(AVERAGE)


class Intervals(StrEnum):
    """State of the intervals of a scored evaluation."""

    KNOWN = "known"
    FOLLOW = "follow"
    WAIT = "wait"  # scored before intervals were introduced: the sweep queues their computation
    FAILED = "failed"
    NONE = "none"  # none will follow, because the scores do not stand any more


def intervals_of(evaluation: Evaluation, versions: Versions | None) -> Intervals:
    """Return the state of the intervals of a scored evaluation."""
    uncertainty = uncertainty_of(evaluation)
    if uncertainty is None:
        is_awaited = evaluation.is_by(versions) and not evaluation.submission.is_removed
        return Intervals.WAIT if is_awaited else Intervals.NONE
    if uncertainty.has_results:
        return Intervals.KNOWN
    return Intervals.FAILED if uncertainty.status == Uncertainty.Status.FAILED else Intervals.FOLLOW


def entry_scores(evaluation: Evaluation) -> EntryScores:
    """Return the scores of a scored evaluation, with intervals and standard errors if they are known."""
    uncertainty = uncertainty_of(evaluation)
    if uncertainty is None or not uncertainty.has_results:
        return EntryScores(scores_of(evaluation), dataset_scores_of(evaluation), {})
    return EntryScores(
        _with_intervals(scores_of(evaluation), AVERAGE, uncertainty),
        {
            dataset: _with_intervals(scores, dataset, uncertainty)
            for dataset, scores in dataset_scores_of(evaluation).items()
        },
        uncertainty.auc_standard_errors,
    )


def gaps_of(submission: Submission, evaluation: Evaluation, benchmark: Benchmark) -> Mapping[str, Difference]:
    """Return the public minus the withheld means of a scored evaluation; empty without withheld datasets."""
    if not benchmark.has_withheld:
        return {}
    row = Row(
        submission, scores_of(evaluation), [evaluation], dataset_scores_of(evaluation), benchmark=benchmark
    )
    return with_gaps([row])[0].gaps


def group_row(group: MethodGroup, evaluations: Sequence[Evaluation]) -> Row:
    """Return the row of a group with its scores on each dataset, and intervals if all seeds have intervals."""
    benchmark = benchmark_of(evaluations[0].submission.phase.board)
    rows = with_intervals(with_dataset_scores([row_of(group, evaluations, benchmark)]))
    replicates = dataset_replicates(rows, METRICS)
    for place, metric in enumerate(METRICS):
        rows = with_dataset_intervals(rows, metric, {key: of[:, place] for key, of in replicates.items()})
    return with_gaps(rows)[0]


def _with_intervals(scores: Mapping[str, Score], of: str, uncertainty: Uncertainty) -> dict[str, Score]:
    """Add intervals and standard errors of a dataset or of the average; the first version stored no standard errors."""
    ends, errors = (stored.get(of, {}) for stored in (uncertainty.intervals, uncertainty.standard_errors))
    return {
        metric: replace(score, low=ends[metric][0], high=ends[metric][1], error=errors.get(metric))
        if metric in ends
        else score
        for metric, score in scores.items()
    }
