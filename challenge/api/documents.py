"""Answers about submissions and groups, from the documents of the site's JSON exports."""

from typing import Any

from challenge.entries.export import group_document, submission_document
from challenge.entries.scores import uncertainty_of
from challenge.formats.times import utc
from challenge.leaderboard.export import absolute
from challenge.models import (
    Evaluation,
    MethodGroup,
    Submission,
    SubmissionQuerySet,
    Versions,
    ranked_versions,
)
from challenge.scoring.metrics.ranked import METRICS


def entry_of(submission: Submission) -> dict[str, Any]:
    """Return an entry as everybody may see it; loaded as for `submission_document`."""
    return {"id": submission.pk, **submission_document(submission, ranked_versions())}


def submission_of(submission: Submission) -> dict[str, Any]:
    """Return a submission as its team sees it; loaded as for `submission_document`."""
    versions = ranked_versions()
    shown, scored = submission.current_evaluation(versions), submission.latest_scores(versions)
    uncertainty = uncertainty_of(scored) if scored else None
    return {
        **entry_of(submission),
        # an anonymous entry hides these from others
        "submitted_at": utc(submission.created_at),
        "study_url": submission.study_url or None,
        "code_url": submission.code_url or None,
        **_outcome(submission, versions),
        "disqualified": submission.is_disqualified,
        "held": submission.is_held,
        "anonymous_until": submission.anonymous_until,
        "file_name": submission.file_name,
        "file_size": submission.file_size,
        "sha256": submission.sha256,
        "waiting_before": _waiting_before(shown) if shown else None,
        "has_intervals": uncertainty is not None and uncertainty.has_results,
    }


def line_of(submission: Submission, versions: Versions | None) -> dict[str, Any]:
    """Return a submission of a list; its evaluations and their ground truths are loaded."""
    scored = submission.latest_scores(versions)
    return {
        "id": submission.pk,
        "url": absolute(submission.get_absolute_url()),
        "name": submission.model_name,
        "resolution": submission.resolution,
        "submitted_at": submission.created_at,
        "withdrawn": submission.is_withdrawn,
        "average": {metric: getattr(scored, metric) for metric in METRICS} if scored else None,
        **_outcome(submission, versions),
    }


def group_of(group: MethodGroup, members: SubmissionQuerySet) -> dict[str, Any]:
    """Return a group with the members that the reader may see."""
    return {"id": group.pk, **group_document(group, members, ranked_versions())}


def is_pending(submission: Submission) -> bool:
    """Return whether the outcome of a submission is open."""
    shown = submission.current_evaluation(ranked_versions())
    return shown is None or shown.is_pending


def _outcome(submission: Submission, versions: Versions | None) -> dict[str, Any]:
    shown = submission.current_evaluation(versions)
    return {
        "state": shown.status if shown else Evaluation.Status.QUEUED,
        "visibility": submission.visibility,
        "problems": shown.problems if shown else [],
        "warnings": shown.warnings if shown else [],
    }


def _waiting_before(evaluation: Evaluation) -> int | None:
    """Return the number of evaluations that were queued earlier; None if this one is not queued."""
    if evaluation.status != Evaluation.Status.QUEUED:
        return None
    queued = Evaluation.objects.filter(status=Evaluation.Status.QUEUED)
    return queued.filter(queued_at__lt=evaluation.queued_at).count()
