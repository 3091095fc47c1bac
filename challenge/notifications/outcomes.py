"""Mails about the outcome of a submission: the values of their texts."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import rank_of
from challenge.models import Evaluation, Metric, Submission, benchmark_of, ranked_versions
from challenge.services.mails import FAULT, SCORED, SCORED_AFTER_FAULT


def values_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return what the mail about an outcome says: the problems of the file, or means, rank, and their versions."""
    if not evaluation.submission.is_scored:
        return {"evaluation": evaluation}
    return _scores_of(evaluation.submission)


def _scores_of(submission: Submission) -> dict[str, Any]:
    """Return the scores of a submission as its page shows them, and its rank if it is ranked by the same versions."""
    versions = ranked_versions()
    shown = submission.latest_scores(versions)
    is_comparable = shown is not None and shown.is_by(versions)
    rank, entries = rank_of(submission, Metric.AUC, versions) if is_comparable else (None, 0)
    filters = Filters(submission.resolution, all_entries=True, phase=submission.phase.board)
    return {
        "evaluation": shown,
        "benchmark": benchmark_of(submission.phase.board),
        "rank": rank,
        "entries": entries,
        "metrics": [(Metric(m).label, getattr(shown, m)) for m in Metric.values],
        "leaderboard_url": f"{settings.SITE_URL}{reverse('leaderboard')}?{filters.parameters.urlencode()}",
    }


def is_current(evaluation: Evaluation, name: str) -> bool:
    """Return whether the outcome is still as the mail `name` says: a fault may be fixed before its mail is sent."""
    is_scored = evaluation.submission.is_scored
    if name in (SCORED, SCORED_AFTER_FAULT):
        return is_scored
    return not is_scored and (name != FAULT or evaluation.failure == Evaluation.Failure.SITE)
