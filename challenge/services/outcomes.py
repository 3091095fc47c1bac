"""Outcomes of scorings in the database: scores, or the cause of a failure.

A submission that was scored once keeps its scores, whatever happens when it is scored again.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from challenge.models import (
    DatasetScore,
    Evaluation,
    EvaluationCurves,
    SecondaryMetrics,
    Submission,
    Uncertainty,
    Verification,
    ranked_versions,
    wanted_versions,
)
from challenge.scoring.metrics.evaluator import Scores
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import mails
from challenge.services.board import board_changed
from challenge.services.holds import hold_new
from challenge.services.integrity_accounts import queue_check as queue_account_check
from challenge.services.score_changes import line_of_change, tell_teams
from challenge.services.score_files import Outcome
from challenge.services.uncertainty import queue_uncertainty


@transaction.atomic
def store_scores(evaluation: Evaluation, claimed_at: datetime, outcome: Outcome) -> None:
    """Store the scores, unless another worker has taken the evaluation over.

    Intervals of equal scores stay until the new ones are estimated, and their verification stays.
    """
    if not Evaluation.objects.select_for_update().filter(pk=evaluation.pk).held(claimed_at):
        return
    now = timezone.now()
    was_scored = _was_scored(evaluation)
    shown = _shown_scores(evaluation)
    if _differ(evaluation, outcome.scores):
        for model in (Uncertainty, SecondaryMetrics, Verification):
            model.objects.filter(evaluation=evaluation).delete()
    evaluation.status = Evaluation.Status.SCORED
    evaluation.scored_at = now
    evaluation.failure, evaluation.problems, evaluation.broke_again_at = "", [], None
    evaluation.warnings = list(outcome.warnings)
    for metric in METRICS:
        setattr(evaluation, metric, getattr(outcome.scores.average, metric))
    evaluation.save()
    EvaluationCurves.objects.update_or_create(evaluation=evaluation, defaults={"datasets": outcome.curves})
    evaluation.dataset_scores.all().delete()
    DatasetScore.objects.bulk_create(
        DatasetScore(evaluation=evaluation, dataset=name, **{m: getattr(s, m) for m in METRICS})
        for name, s in outcome.scores.datasets.items()
    )
    if not was_scored:
        hold_new(evaluation.submission_id)
        queue_account_check(evaluation.submission)
    queue_uncertainty(evaluation)
    _note_outcome(evaluation, now, was_scored=was_scored)
    if shown and (line := line_of_change(shown, evaluation)):
        line.save()
        if evaluation.is_by(wanted_versions()):  # otherwise the switch to the wanted versions tells the team
            tell_teams([line])
    board_changed()


@transaction.atomic
def store_failure(
    evaluation: Evaluation, claimed_at: datetime, failure: str, problems: Iterable[str] = ()
) -> None:
    """Store the cause of a failure, unless another worker has taken the evaluation over.

    If the submission was scored before, its scores stay, and the failure is marked for the organizers.
    """
    if not Evaluation.objects.select_for_update().filter(pk=evaluation.pk).held(claimed_at):
        return
    now = timezone.now()
    was_scored = _was_scored(evaluation)
    evaluation.status = Evaluation.Status.SCORED if evaluation.scored_at else Evaluation.Status.FAILED
    evaluation.failure, evaluation.problems = failure, list(problems)
    evaluation.broke_again_at = now if was_scored else None
    evaluation.save(update_fields=["status", "failure", "problems", "broke_again_at"])
    _note_outcome(evaluation, now, was_scored=was_scored)


def _shown_scores(evaluation: Evaluation) -> Evaluation | None:
    """Return the evaluation whose scores this one replaces on the pages; None if it replaces none now."""
    ranked = ranked_versions()
    if not evaluation.is_by(ranked):
        return None  # a switch of the ranked versions shows these scores later
    submission = Submission.objects.prefetch_related("evaluations__ground_truth").get(
        pk=evaluation.submission_id
    )
    return submission.latest_scores(ranked)


def _differ(evaluation: Evaluation, scores: Scores) -> bool:
    """Return whether an evaluation has other scores now, or none."""
    known = {score.dataset: score for score in evaluation.dataset_scores.all()}
    return known.keys() != scores.datasets.keys() or any(
        getattr(known[name], metric) != getattr(of_dataset, metric)
        for name, of_dataset in scores.datasets.items()
        for metric in METRICS
    )


def _was_scored(evaluation: Evaluation) -> bool:
    return Evaluation.objects.scored().filter(submission=evaluation.submission_id).exists()


def _note_outcome(evaluation: Evaluation, now: datetime, *, was_scored: bool) -> None:
    """On the first outcome of a submission, set whether it counts; mail it, and the outcome after a fault of ours."""
    is_scored = evaluation.scored_at is not None
    first = Submission.objects.filter(pk=evaluation.submission_id, first_outcome_at__isnull=True)
    is_first = first.update(first_outcome_at=now, counts_toward_limits=is_scored)
    if not was_scored:
        mails.mail_outcome(evaluation, is_first=bool(is_first))
