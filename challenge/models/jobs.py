"""Jobs with their state in the database: a worker claims a job, and time stamps reveal lost jobs."""

from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bigsite.outages import NO_STORAGE, outage

#: State of a job of any kind that waits for a worker.
QUEUED = "queued"

J = TypeVar("J", bound="Job", covariant=True)


class JobStatus(models.TextChoices):
    """States of a job in the background, which nobody waits for."""

    QUEUED = QUEUED, "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class JobQuerySet(models.QuerySet[J]):
    """Jobs by state."""

    def stuck(self, now: datetime) -> Self:
        """Keep jobs whose task must have been lost: waiting or running for too long.

        So are jobs of the future: the clock was ahead and has been set back.
        """
        job = self.model
        waiting = Q(queued_at__lt=now - job.QUEUE_PATIENCE) | Q(queued_at__gt=now + job.QUEUE_PATIENCE)
        running = Q(claimed_at__lt=now - job.LEASE) | Q(claimed_at__gt=now + job.LEASE)
        return self.filter(Q(waiting, status=QUEUED) | Q(running, status=job.RUNNING))

    def held(self, claimed_at: datetime) -> Self:
        """Keep jobs that a worker claimed at the given time, and that no other worker has taken over since."""
        return self.filter(status=self.model.RUNNING, claimed_at=claimed_at)

    def claim(self) -> datetime | None:
        """Claim the queued jobs for a worker, and return the time that identifies the claim; None if none is queued."""
        claimed_at = timezone.now()
        queued = self.filter(status=QUEUED)
        if queued.update(status=self.model.RUNNING, claimed_at=claimed_at, attempts=F("attempts") + 1):
            return claimed_at
        return None

    def retry(self, error: Exception | None = None) -> None:
        """Put the jobs back after a fault; a job that broke its worker too often fails for good.

        An outage of the storage is no fault of the job, so it does not count.
        """
        if outage(error) == NO_STORAGE:
            self.wait()
        elif not self.filter(attempts__gte=self.model.MAX_ATTEMPTS).update(status=JobStatus.FAILED):
            self.put_back()

    def put_back(self) -> None:
        """Set the jobs back to queued; the sweep enqueues them again."""
        self.update(status=QUEUED, queued_at=timezone.now())

    def wait(self) -> None:
        """Put the jobs back without counting the attempt, until what they need is there again."""
        self.update(status=QUEUED, queued_at=timezone.now(), attempts=F("attempts") - 1)


class Job(models.Model):
    """State of a job; each kind of job defines its own states."""

    #: State of a job that a worker processes.
    RUNNING: ClassVar[str]
    #: A worker that has not finished after this time is dead: Celery's hard limit ends a task earlier.
    LEASE: ClassVar[timedelta] = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 15)
    #: A queued job is enqueued again after this time, in case its message was lost.
    QUEUE_PATIENCE: ClassVar[timedelta]
    #: The job fails after this many broken attempts, so that no file can occupy a worker forever.
    MAX_ATTEMPTS: ClassVar[int] = 3

    status = models.CharField(max_length=10, default=QUEUED)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
