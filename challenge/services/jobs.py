"""Recovery of lost jobs of every kind by the sweep."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from challenge.models.jobs import QUEUED, Job, JobQuerySet

#: Maximum number of jobs of a kind that one sweep queues, so that a sweep takes seconds even with thousands waiting.
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
    """Enqueue jobs again that wait or run for too long: their message or their worker was lost.

    Return the number of stuck jobs.

    Args:
        jobs: jobs of one kind.
        enqueue: sends the message for a job.
        give_up: ends a job that broke its worker too often, given the job and the time of its claim. Without it, jobs
            are always enqueued again.
        now: current time by default.

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
