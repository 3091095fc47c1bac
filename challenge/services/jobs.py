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
    give_up: Callable[[J, datetime], None] | None = None,
    now: datetime | None = None,
) -> int:
    """Enqueue again what waits or runs for too long: its message or its worker was lost.

    Returns how many were stuck.

    Args:
        jobs: of one kind.
        enqueue: sends the message for a job.
        give_up: ends a job that broke its worker too often, and its claim of that time; without it, no job ends so.
        now: the time; today's by default.

    """
    now = now or timezone.now()
    lost = list(jobs.select_for_update().stuck(now).order_by("queued_at")[:MOST_AT_ONCE])
    for job in lost:
        claimed_at = job.claimed_at if job.status == job.RUNNING else None
        if give_up and claimed_at and job.attempts >= job.MAX_ATTEMPTS:
            give_up(job, claimed_at)
            continue
        job.status = QUEUED
        job.queued_at = now
        job.save(update_fields=["status", "queued_at"])
        enqueue(job)
    return len(lost)
