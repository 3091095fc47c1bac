"""Scoring of submissions: claimed by one worker at a time, queued again if a worker is lost."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from bigsite.outages import NO_STORAGE, outage
from challenge.files import local_copy
from challenge.models import (
    Evaluation,
    HistoryLine,
    Submission,
    Uncertainty,
    Verification,
    Versions,
    wanted_versions,
)
from challenge.scoring.reading.predictions import PredictionsError
from challenge.services import history, queue
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck
from challenge.services.outcomes import store_failure, store_scores
from challenge.services.refusals import RefusedError
from challenge.services.score_files import labels_in, score_as
from challenge.services.versions import switch_if_complete, versions_for_first_scoring

logger = logging.getLogger(__name__)

#: Problem of an evaluation that was stopped at the time limit, in seconds.
TOO_SLOW = (
    "Scoring took longer than the time limit of {} s and was stopped. A valid file takes well under a "
    "second. Check the file with `manage.py score_submission`, or write to us."
)


class NoGroundTruthError(RefusedError):
    """No ground truth is active."""


def score_again(submissions: Iterable[Submission], *, by: Team | str, reason: str) -> int:
    """Have submissions scored again for an organizer, with a line of the history for each; return their number.

    This does not count towards any team's limits. Old scores stay until new scores are stored, and if scoring fails.
    Entries whose file was deleted are left out.

    Raises:
        NoGroundTruthError: no ground truth is active.

    """
    with transaction.atomic():
        kept = [submission for submission in submissions if not submission.file_deleted_at]
        acts = {
            one.pk: history.record("had it scored again", by=by, submission=one, reason=reason)
            for one in kept
        }
        return queue_evaluations(kept, acts=acts)


def queue_evaluations(
    submissions: Iterable[Submission], *, acts: Mapping[int, HistoryLine] | None = None
) -> int:
    """Queue submissions for the versions that they need, for the first time or again; return their number.

    A submission without scores is scored by the versions that give it a rank at once, others by the wanted versions.

    Args:
        submissions: those whose file was deleted are left out.
        acts: by submission, the line of the history about an organizer who asked for it.

    Raises:
        NoGroundTruthError: no ground truth is active.

    """
    first, wanted = versions_for_first_scoring(), wanted_versions()
    if first is None or wanted is None:
        raise NoGroundTruthError("No ground truth is active: load the test labels first.")
    kept = [submission for submission in submissions if not submission.file_deleted_at]
    scored = {
        *Evaluation.objects.scored().filter(submission__in=kept).values_list("submission_id", flat=True)
    }
    with transaction.atomic():
        for submission in kept:
            versions = wanted if submission.pk in scored else first
            _queue(submission, versions, acts.get(submission.pk) if acts else None)
    return len(kept)


def _queue(submission: Submission, versions: Versions, act: HistoryLine | None = None) -> None:
    now = timezone.now()
    evaluation, created = Evaluation.objects.get_or_create(
        submission=submission,
        ground_truth=versions.ground_truth,
        scorer_version=versions.scorer,
        defaults={"created_at": now, "queued_at": now, "asked_in": act},
    )
    if not created:
        evaluation.status = Evaluation.Status.QUEUED
        evaluation.queued_at = now
        evaluation.attempts = 0
        evaluation.asked_in = act
        evaluation.save(update_fields=["status", "queued_at", "attempts", "asked_in"])
    _enqueue(evaluation)


def _enqueue(evaluation: Evaluation) -> None:
    """Send the evaluation to a worker; submissions without an outcome go before submissions scored again."""
    has_outcome = evaluation.submission.first_outcome_at is not None
    queue.enqueue_evaluation(evaluation.pk, in_background=has_outcome)


def evaluate(evaluation_id: int) -> None:
    """Score a queued evaluation and store the outcome; do nothing if it is not (or no longer) queued."""
    claimed_at = Evaluation.objects.filter(pk=evaluation_id).claim()
    if claimed_at is None:
        return
    evaluation = (
        Evaluation.objects.select_related("submission__team", "submission__phase", "ground_truth")
        .filter(pk=evaluation_id)
        .first()
    )
    if evaluation is None:  # the team has just deleted its account
        return
    if evaluation.submission.file_deleted_at:  # since it was queued
        end_without_file(evaluation.submission)
    elif evaluation.versions.can_be_scored or _take_over(evaluation, claimed_at):
        _score(evaluation, claimed_at)
        _queue_wanted(evaluation)
    switch_if_complete()


def _score(evaluation: Evaluation, claimed_at: datetime) -> None:
    submission = evaluation.submission
    try:
        with local_copy(submission.file) as path:
            outcome = score_as(
                submission, path, evaluation.ground_truth, check_truth=_compares_truth(submission)
            )
    except PredictionsError as error:
        problems = [str(problem) for problem in error.problems]
        store_failure(evaluation, claimed_at, Evaluation.Failure.FILE, problems)
    except SoftTimeLimitExceeded:
        problems = [TOO_SLOW.format(settings.CELERY_TASK_SOFT_TIME_LIMIT)]
        store_failure(evaluation, claimed_at, Evaluation.Failure.TIME, problems)
    except Exception as error:
        # It may be temporary (a full disk, a killed child): the sweep retries a few times.
        logger.exception("Evaluation %s broke (attempt %s)", evaluation.pk, evaluation.attempts)
        if evaluation.attempts >= Evaluation.MAX_ATTEMPTS and outage(error) != NO_STORAGE:
            _give_up(evaluation, claimed_at)
        else:
            Evaluation.objects.filter(pk=evaluation.pk).held(claimed_at).retry(error)
    else:
        store_scores(evaluation, claimed_at, outcome)


def _compares_truth(submission: Submission) -> bool:
    """Return whether to compare stated labels: at the first scoring, if the phase says so."""
    is_first = not Evaluation.objects.scored().filter(submission=submission).exists()
    return is_first and submission.phase.compares_truth


def _take_over(evaluation: Evaluation, claimed_at: datetime) -> bool:
    """Give a claimed evaluation that waited over an update to the scorer of this software; return whether to score it.

    Scores of an earlier scorer are never replaced by scores of this one: the sweep queues an evaluation of its own.
    """
    row = Evaluation.objects.filter(pk=evaluation.pk).held(claimed_at)
    current = Versions.of_this_software(evaluation.ground_truth)
    if evaluation.scored_at:
        row.update(status=Evaluation.Status.SCORED)
        return False
    if Evaluation.objects.by(current).filter(submission=evaluation.submission_id).exists():
        row.delete()
        return False
    evaluation.scorer_version = current.scorer
    return bool(row.update(scorer_version=current.scorer))


def _queue_wanted(evaluation: Evaluation) -> None:
    """Have a submission that was scored by other versions than the wanted ones scored by these, too."""
    wanted = wanted_versions()
    if wanted is None or evaluation.is_by(wanted) or not evaluation.scored_at:
        return
    if not Evaluation.objects.by(wanted).filter(submission=evaluation.submission_id).exists():
        with transaction.atomic():
            _queue(Submission.objects.get(pk=evaluation.submission_id), wanted)


def _give_up(evaluation: Evaluation, claimed_at: datetime) -> None:
    """End an evaluation that failed too often by our fault."""
    store_failure(evaluation, claimed_at, Evaluation.Failure.SITE)


def warm_up() -> None:
    """Load the labels in advance, so that the first evaluation of a process does not wait for them."""
    if first := versions_for_first_scoring():
        labels_in(first.ground_truth.path)


@transaction.atomic
def end_without_file(submission: Submission) -> None:
    """End all work on a submission whose file is deleted. Earlier scores stay, its limits stay used, no mail is sent.

    A scoring that failed by our fault can no longer be repeated.

    A worker that is reading the file loses its claim, so it stores nothing.
    """
    pending = Evaluation.objects.filter(submission=submission, status__in=Evaluation.PENDING)
    pending.scored().update(status=Evaluation.Status.SCORED)
    pending.update(status=Evaluation.Status.FAILED, failure=Evaluation.Failure.DELETED, problems=[])
    ended = Evaluation.objects.filter(submission=submission)
    ended.filter(status=Evaluation.Status.FAILED, failure=Evaluation.Failure.SITE).update(
        failure=Evaluation.Failure.DELETED
    )
    ended.update(broke_again_at=None)
    unknown = Uncertainty.objects.filter(evaluation__submission=submission)
    unknown.exclude(status=Uncertainty.Status.DONE).update(status=Uncertainty.Status.FAILED)
    waiting = Verification.objects.filter(evaluation__submission=submission, verified_at__isnull=True)
    waiting.delete()
    Submission.objects.filter(pk=submission.pk, first_outcome_at__isnull=True).update(
        first_outcome_at=timezone.now()
    )


def requeue_lost_evaluations() -> int:
    """Enqueue lost evaluations again; an evaluation that broke its worker too often fails for good."""
    return requeue_stuck(Evaluation.objects.select_related("submission"), enqueue=_enqueue, give_up=_give_up)


@transaction.atomic
def queue_missing_evaluations() -> int:
    """Queue every scored submission that has no evaluation by the wanted versions; return their number.

    These exist after another ground truth was activated, or a new version of the scorer was installed. If there are
    thousands, later sweeps queue the rest.
    """
    wanted = wanted_versions()
    if wanted is None:
        return 0
    missing = Submission.objects.not_scored_by(wanted)
    n_missing = missing.count()
    queue_evaluations(missing[:MOST_AT_ONCE])
    return n_missing
