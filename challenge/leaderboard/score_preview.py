"""Scores and ranks that would change if entries were scored by other versions; nothing is stored."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from challenge.files import local_copy
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import boards, rank_rows
from challenge.models import Evaluation, Metric, Phase, Resolution, Submission, Versions
from challenge.results.rows import Row, RowKey, row_of
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.reading.predictions import PredictionsError
from challenge.services.score_files import score_as

#: Means over the datasets, by metric.
Means = Mapping[str, float]


@dataclass(frozen=True)
class ScorePreview:
    """Means of a submission now and by other versions."""

    submission: Submission
    #: Empty without scores by the ranked versions.
    before: Means
    after: Means
    #: First reason why the file cannot be scored by the other versions; empty if it can.
    problem: str = ""

    @property
    def changes(self) -> list[tuple[str, float, float]]:
        """Label, mean now and mean by the other versions, of each metric that would change."""
        return [
            (str(Metric(name).label), self.before[name], self.after[name])
            for name in METRICS
            if name in self.before and name in self.after and self.before[name] != self.after[name]
        ]


@dataclass(frozen=True)
class RankPreview:
    """Rank of a row now and by other versions; None without a rank."""

    label: str
    before: int | None
    after: int | None


def score_previews(
    submissions: Iterable[Submission], ranked: Versions | None, wanted: Versions
) -> Iterator[ScorePreview]:
    """Yield the scores of each submission by the ranked and by the wanted versions.

    Stored scores by the wanted versions are used; other files are scored here. Evaluations must be prefetched.
    """
    for submission in submissions:
        evaluations = submission.evaluations.all()
        before = next((_means(one) for one in evaluations if one.scored_at and one.is_by(ranked)), {})
        stored = next((_means(one) for one in evaluations if one.scored_at and one.is_by(wanted)), None)
        if stored is not None:
            yield ScorePreview(submission, before, stored)
            continue
        try:
            with local_copy(submission.file) as path:
                outcome = score_as(submission, path, wanted.ground_truth)
        except (PredictionsError, OSError) as error:
            problems = error.problems if isinstance(error, PredictionsError) else [error]
            yield ScorePreview(submission, before, {}, str(problems[0]))
        else:
            average = outcome.scores.average
            yield ScorePreview(submission, before, {name: getattr(average, name) for name in METRICS})


def rank_previews(
    previews: Sequence[ScorePreview], ranked: Versions | None
) -> dict[tuple[Phase, int, Metric], list[RankPreview]]:
    """Return the rows whose rank among all entries and published results would change, on each board.

    The boards are by phase, resolution and metric. Submissions need their phases.
    """
    after = {preview.submission.pk: preview.after for preview in previews}
    phases = {preview.submission.phase for preview in previews}
    found = {}
    for phase in sorted(phases, key=lambda phase: phase.pk):
        filters = Filters(all_entries=True, phase=phase.board)
        for resolution, board in boards(filters, Resolution.values, ranked).items():
            changed = [new for row in board.rows if (new := _with_means(row, after))]
            for metric in Metric:
                if differing := _differing(board.rows, changed, metric):
                    found[phase, resolution, metric] = differing
    return found


def _means(evaluation: Evaluation) -> Means:
    return {name: getattr(evaluation, name) for name in METRICS}


def _with_means(row: Row, after: Mapping[int, Means]) -> Row | None:
    """Return a row with other means of its submissions; None if one of them would have no scores."""
    evaluations = []
    for evaluation in row.evaluations:
        means = after.get(evaluation.submission_id, _means(evaluation))
        if not means:
            return None
        changed = copy.copy(evaluation)
        for name, value in means.items():
            setattr(changed, name, value)
        evaluations.append(changed)
    return row_of(row.group, evaluations) if evaluations else row


def _differing(before: Sequence[Row], after: Sequence[Row], metric: Metric) -> list[RankPreview]:
    old, new = (_ranks(rows, metric) for rows in (before, after))
    labels = {row.key: row.label for row in before}
    return [RankPreview(labels[key], rank, new.get(key)) for key, rank in old.items() if rank != new.get(key)]


def _ranks(rows: Sequence[Row], metric: Metric) -> dict[RowKey, int | None]:
    return {row.key: row.rank for row in rank_rows(rows, metric)}
