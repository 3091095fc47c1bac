"""What the sweep does for jobs of every kind, whose state is in the database."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from challenge.models.jobs import QUEUED, Job, JobQuerySet

#: So many jobs of a kind are queued, or queued again, by one sweep: with thousands to do, it is over in seconds.
MOST_AT_ONCE = 500

J = TypeVar("J", bound=Job)


@transaction.atomic
def requeue_stuck(
    jobs: JobQuerySet[J],
    *,
    enqueue: Callable[[J], None],
    give_up: Callable[[J, datetime], None],
    now: datetime | None = None,
) -> int:
    """Enqueue again what waits or runs for too long: its message or its worker was lost.

    What broke its worker too often is given up, as claimed at that time. Returns how many were stuck.
    """
    now = now or timezone.now()
    lost = list(jobs.select_for_update().stuck(now).order_by("queued_at")[:MOST_AT_ONCE])
    for job in lost:
        claimed_at = job.claimed_at if job.status == job.RUNNING else None
        if claimed_at and job.attempts >= job.MAX_ATTEMPTS:
            give_up(job, claimed_at)
            continue
        job.status = QUEUED
        job.queued_at = now
        job.save(update_fields=["status", "queued_at"])
        enqueue(job)
    return len(lost)
