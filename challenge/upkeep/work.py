"""Work of the workers: jobs that wait, run or failed, mails, and the last sweep."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from challenge.models import (
    Evaluation,
    IntegrityFlag,
    Mail,
    NewsMail,
    Probe,
    State,
    Submission,
    Sweep,
    Verification,
    day_start,
    in_state,
)
from challenge.models.verifications import TOLERANCE

#: A sweep comes every 20 s. If the last one is older, beat or worker do not run.
SWEEP_IS_OLD = timedelta(minutes=3)
#: Undeliverable mails are counted for this long.
RECENT = timedelta(days=7)
#: Causes of failures that a person may look at: a deleted file is none.
TO_LOOK_AT = (Evaluation.Failure.FILE, *Evaluation.OUR_FAULTS)


@dataclass(frozen=True)
class Scoring:
    """Evaluations by state."""

    waiting: int
    running: int
    #: Time at which the oldest submission without any outcome was sent.
    waiting_since: datetime | None
    #: Evaluations that failed today (UTC), by cause.
    failed_today: dict[Evaluation.Failure, int]
    #: First scorings that failed by no fault of the file, on any day, and were not scored again since.
    our_faults: int
    #: Entries that keep their old scores, because scoring them again failed.
    broken_again: int


@dataclass(frozen=True)
class Held:
    """Submissions that an organizer holds for a check."""

    count: int
    since: datetime | None


@dataclass(frozen=True)
class Mails:
    """Mails that were not sent."""

    unsent: int
    waiting_since: datetime | None
    #: Mails of the last days that no server took.
    undeliverable: int


@dataclass(frozen=True)
class Verifications:
    """Outcomes of the verifications with the field's own code."""

    equal: int
    differing: int
    failed: int
    waiting: int


def scoring(now: datetime) -> Scoring:
    """Return the state of the evaluations, in three queries."""
    status = Evaluation.Status
    failed, first_time = Q(status=status.FAILED), Q(submission__first_outcome_at__isnull=True)
    found = Evaluation.objects.filter(Q(status__in=Evaluation.PENDING) | failed).aggregate(
        waiting=Count("pk", filter=Q(status=status.QUEUED)),
        running=Count("pk", filter=Q(status=status.SCORING)),
        waiting_since=Min("submission__created_at", filter=Q(status=status.QUEUED) & first_time),
        our_faults=Count(
            "pk", filter=failed & Q(failure__in=Evaluation.OUR_FAULTS, broke_again_at__isnull=True)
        ),
    )
    today = Evaluation.objects.filter(failed, claimed_at__gte=day_start(now), failure__in=TO_LOOK_AT)
    broken_again = Evaluation.objects.broken_again().count()
    return Scoring(failed_today=_causes(today), broken_again=broken_again, **found)


def _causes(failed: QuerySet[Evaluation]) -> dict[Evaluation.Failure, int]:
    counts = dict(failed.order_by().values_list("failure").annotate(Count("pk")))
    return {cause: counts[cause] for cause in Evaluation.Failure if cause in counts}


def held() -> Held:
    """Return the submissions in the state “held”, in one query."""
    found = in_state(Submission.objects.order_by(), State.HELD)
    return Held(**found.aggregate(count=Count("pk"), since=Min("held_at")))


def verifications() -> Verifications:
    """Return the number of verifications by outcome, in one query."""
    outcomes = Verification.objects.aggregate(
        equal=Count("pk", filter=Q(largest_difference__lte=TOLERANCE)),
        differing=Count("pk", filter=Q(largest_difference__gt=TOLERANCE)),
        failed=Count("pk", filter=Q(status=Verification.Status.FAILED)),
        waiting=Count("pk", filter=Q(status=Verification.Status.QUEUED)),
    )
    return Verifications(**outcomes)


def mails_to_teams(now: datetime) -> Mails:
    """Return the state of the mails to teams, without news, in one query."""
    return _state_of(Mail.objects.all(), now)


def mails_with_news(now: datetime) -> Mails:
    """Return the state of the mails with news, in one query."""
    return _state_of(NewsMail.objects.all(), now)


def _state_of(mails: QuerySet[Any], now: datetime) -> Mails:
    status = mails.model.Status
    pending = Q(status__in=[status.QUEUED, status.SENDING])
    failed = Q(status=status.FAILED, created_at__gt=now - RECENT)
    return Mails(
        **mails.aggregate(
            unsent=Count("pk", filter=pending),
            waiting_since=Min("created_at", filter=pending),
            undeliverable=Count("pk", filter=failed),
        )
    )


def undecided_flags() -> int:
    """Return the number of flags of integrity that wait for a decision, in one query."""
    return IntegrityFlag.objects.undecided().count()


def last_probe() -> Probe | None:
    """Return the last test submission, in one query."""
    return Probe.objects.defer("known").first()


def last_sweep() -> datetime | None:
    """Return the time of the last sweep; None before the first one."""
    return Sweep.objects.values_list("ended_at", flat=True).first()


def is_old(swept_at: datetime | None, now: datetime | None = None) -> bool:
    """Return whether the last sweep is so old that no worker can be running, or of a clock that was ahead."""
    return swept_at is None or abs((now or timezone.now()) - swept_at) > SWEEP_IS_OLD
