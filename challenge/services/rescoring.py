"""Scoring of entries again by the wanted versions: what is missing is queued, and the workers score it.

The state is in the database alone: whoever asks again, after any interruption, queues only what is still missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Team
from challenge.models import Evaluation, Submission, SubmissionQuerySet, Versions
from challenge.services import history
from challenge.services.evaluations import queue_evaluations
from challenge.services.jobs import MOST_AT_ONCE


@dataclass(frozen=True)
class Progress:
    """Numbers of entries by their outcome by some versions."""

    n_entries: int
    n_scored: int
    n_failed: int
    #: Entries with an outcome that the leaderboard can show: scored with intervals, or failed.
    n_settled: int

    @property
    def is_complete(self) -> bool:
        """True if every entry has an outcome."""
        return self.n_scored + self.n_failed >= self.n_entries


def rescorable(numbers: Iterable[int] = ()) -> SubmissionQuerySet:
    """Return the submissions with scores and a file, all or those with these numbers."""
    found = Submission.objects.filter(
        pk__in=Submission.objects.scored().values("pk"), file_deleted_at__isnull=True
    )
    numbers = list(numbers)
    return found.filter(pk__in=numbers) if numbers else found


def to_score(submissions: SubmissionQuerySet, versions: Versions) -> SubmissionQuerySet:
    """Keep the submissions that these versions have not scored yet, or failed to score by our fault."""
    own = Evaluation.objects.by(versions).filter(submission=OuterRef("pk"))
    failed = own.filter(status=Evaluation.Status.FAILED, failure__in=Evaluation.OUR_FAULTS)
    return submissions.filter(~Exists(own) | Exists(failed)).order_by("pk")


def rescore(submissions: SubmissionQuerySet, versions: Versions, *, by: Team | str, reason: str) -> int:
    """Queue what the wanted versions have not scored, with one line of the history; return the number of submissions.

    No team's limits change. A portion is one transaction, so that other work is not kept waiting.
    """
    numbers = list(to_score(submissions, versions).values_list("pk", flat=True))
    if not numbers:
        return 0
    act = history.record(
        "had entries scored again", by=by, subject=versions, after={"entries": len(numbers)}, reason=reason
    )
    for start in range(0, len(numbers), MOST_AT_ONCE):
        portion = Submission.objects.filter(pk__in=numbers[start : start + MOST_AT_ONCE])
        with transaction.atomic():
            missing = to_score(portion, versions)  # the sweep may have queued some meanwhile
            queue_evaluations(missing, acts=dict.fromkeys(numbers, act) if reason else None)
    return len(numbers)


def progress(submissions: SubmissionQuerySet, versions: Versions) -> Progress:
    """Return how far the scoring of submissions by some versions is."""
    own = Evaluation.objects.by(versions).filter(submission__in=submissions.order_by().values("pk"))
    done = own.exclude(status__in=Evaluation.PENDING)
    return Progress(
        submissions.count(),
        done.scored().count(),
        done.filter(scored_at__isnull=True).count(),
        done.settled().count(),
    )
