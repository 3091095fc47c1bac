"""Page of an entry: progress of scoring, result, and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts.models import Team
from challenge.access import is_insider, may_see_file, shown_team
from challenge.entries.figures import dataset_figures, overview_figures
from challenge.entries.luck import luck_of_best
from challenge.entries.scores import EntryScores, Intervals, entry_scores, gaps_of, intervals_of
from challenge.entries.verification import verification_of
from challenge.figures.figure import Figure
from challenge.leaderboard.attempts import attempts_of
from challenge.leaderboard.place import Place, find_place
from challenge.models import (
    Evaluation,
    MethodGroup,
    Metric,
    Submission,
    Verification,
    Versions,
    benchmark_of,
    ranked_versions,
    wanted_versions,
)
from challenge.results.rows import Row, RowKey
from challenge.results.score import Difference, Score
from challenge.results.secondary_metrics import (
    ClassRates,
    Line,
    class_rates,
    dataset_lines,
    majority_accuracies,
    mean_line,
    one_dataset,
    reference_means,
    references,
    secondary_of,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset


class State(StrEnum):
    """Progress of a submission's page; until it is complete, the page polls for the rest."""

    SCORING = "scoring"
    INTERVALS_FOLLOW = "intervals-follow"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Entry:
    """A submission as one viewer sees it."""

    submission: Submission
    #: The ranked versions.
    versions: Versions | None
    #: The evaluation that the team waits for, or waited for last.
    evaluation: Evaluation | None
    #: The evaluation whose scores are shown.
    scored: Evaluation | None
    intervals: Intervals
    #: True for its team and for organizers.
    is_own: bool
    #: True for those who may open the file.
    sees_file: bool
    #: Name of the team, as the viewer sees it.
    team: str

    @property
    def hides_team(self) -> bool:
        """True if the viewer may not know the team; links, checksums and times of day could name it."""
        return self.submission.is_anonymous and not self.is_own

    @property
    def is_ahead(self) -> bool:
        """True if its scores are by versions that are ranked only when all entries have been scored again."""
        return (
            self.scored is not None
            and not self.scored.is_by(self.versions)
            and self.scored.is_by(wanted_versions())
        )

    @property
    def is_behind(self) -> bool:
        """True if its scores are by earlier versions than the ranked ones."""
        return self.scored is not None and not self.scored.is_by(self.versions) and not self.is_ahead

    @property
    def state(self) -> State:
        """Progress of the page."""
        if self.evaluation is not None and self.evaluation.is_pending:
            return State.SCORING
        follows = self.intervals in (Intervals.FOLLOW, Intervals.WAIT)
        return State.INTERVALS_FOLLOW if follows else State.COMPLETE

    @property
    def seeds(self) -> int:
        """Number of seeds in its group, as the viewer sees it; 0 without a group."""
        submission = self.submission
        if submission.group is None or not submission.is_in_force:
            return 0
        group = submission.group
        members = group.members_in_force() if submission.is_hidden else group.public_members()
        count = members.count()
        return count if count >= MethodGroup.FEWEST else 0


def entry_of(user: Team | AnonymousUser, submission: Submission) -> Entry:
    """Return a submission with its scores as the user sees it, who must be allowed to see them.

    The evaluations and their dataset scores must be prefetched, as `access.get_visible_submission` does.
    """
    versions = ranked_versions()
    scored = submission.latest_scores(versions)
    return Entry(
        submission,
        versions,
        submission.current_evaluation(versions),
        scored,
        intervals_of(scored, versions) if scored else Intervals.NONE,
        is_insider(user, submission),
        may_see_file(user, submission),
        shown_team(user, submission),
    )


@dataclass(frozen=True)
class Result:
    """Scores of an entry with their uncertainty, its place, and secondary metrics."""

    scores: EntryScores
    #: Datasets of its phase.
    benchmark: Benchmark
    #: Public minus withheld means by metric; empty without withheld datasets.
    gaps: Mapping[str, Difference]
    place: Place | None
    #: True if it is ranked, but not on the leaderboard that readers see: a newer one is being computed.
    awaits_place: bool
    #: The row of the entry, with the number of attempts behind it; None if it is not ranked.
    row: Row | None
    #: By how much the best of so many equally good attempts exceeds one in mean AUC; None if it is not known.
    luck: float | None
    #: Secondary metrics by dataset; empty until they are known.
    secondary: Mapping[str, Any]
    #: Scores of reference predictors, which look at no image.
    references: Mapping[str, Any]
    #: Verification that found the same scores; None without one.
    verification: Verification | None

    @property
    def dataset_lines(self) -> list[tuple[Dataset, Mapping[str, Score], float | None]]:
        """Dataset, scores and standard error of the AUC, for each dataset."""
        return [
            (dataset, self.scores.by_dataset[dataset.name], self.scores.auc_errors.get(dataset.name))
            for dataset in self.benchmark
            if dataset.name in self.scores.by_dataset
        ]

    @property
    def reference_means(self) -> list[Line]:
        """One line for each reference predictor; none next to means that include withheld datasets."""
        return [] if self.benchmark.has_withheld else reference_means(self.references)

    @property
    def majority(self) -> dict[str, float]:
        """Accuracy of the majority class, by dataset."""
        return majority_accuracies(self.references)

    @property
    def secondary_lines(self) -> list[Line]:
        """Secondary metrics, one line for each dataset."""
        return dataset_lines(self.secondary)

    @property
    def secondary_mean(self) -> Line | None:
        """Means of the secondary metrics."""
        return mean_line(self.secondary)


def result_of(entry: Entry) -> Result | None:
    """Return the result of an entry, if it has scores."""
    scored = entry.scored
    if scored is None:
        return None
    submission = entry.submission
    row = Row(submission, {}) if submission.is_ranked else None
    attempts = attempts_of(row) if row else []
    is_on_board = submission.is_ranked and scored.is_by(entry.versions)
    place = _place(entry) if is_on_board else None
    benchmark = benchmark_of(submission.phase.board)
    return Result(
        entry_scores(scored),
        benchmark,
        gaps_of(submission, scored, benchmark),
        place,
        is_on_board and place is None,
        replace(row, attempts=len(attempts) or None) if row else None,
        luck_of_best(attempts, entry.versions),
        secondary_of(scored),
        references(scored.ground_truth),
        verification_of(scored),
    )


def _place(entry: Entry) -> Place | None:
    """Return the place of an entry by AUC, if it is known yet. A seed has the place of its group."""
    submission = entry.submission
    keys = [RowKey.of(owner) for owner in (submission, submission.group) if owner]
    board = submission.phase.board
    return find_place(keys, submission.resolution, Metric.AUC, entry.versions, board)


@dataclass(frozen=True)
class EntryFigures:
    """Figures of an entry over all datasets, and all results on one dataset."""

    overview: Sequence[Figure]
    dataset: Dataset
    of_dataset: Sequence[Figure]
    columns: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    class_rates: Sequence[ClassRates]


def figures_of(entry: Entry, result: Result | None, dataset_name: str | None) -> EntryFigures | None:
    """Return the figures of an entry; None without scores. The default dataset is the first."""
    scored = entry.scored
    if scored is None or result is None:
        return None
    dataset = next((d for d in MEDMNIST_PLUS if d.name == dataset_name), MEDMNIST_PLUS.datasets[0])
    columns, lines = one_dataset(scored, dataset, result.secondary, result.references)
    return EntryFigures(
        overview_figures(entry.submission, scored, entry.versions),
        dataset,
        dataset_figures(scored, dataset),
        columns,
        lines,
        class_rates(dataset, result.secondary),
    )
