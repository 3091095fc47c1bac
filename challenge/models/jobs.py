"""Work that a task does, with its state in the database: a worker claims it, and times tell what was lost."""

from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

#: The state, of every kind of job, in which it waits for a worker.
QUEUED = "queued"

J = TypeVar("J", bound="Job", covariant=True)


class JobQuerySet(models.QuerySet[J]):
    """Jobs by state."""

    def stuck(self, now: datetime) -> Self:
        """Those whose task must have been lost: waiting or running for too long."""
        job = self.model
        waiting = Q(status=QUEUED, queued_at__lt=now - job.QUEUE_PATIENCE)
        running = Q(status=job.RUNNING, claimed_at__lt=now - job.LEASE)
        return self.filter(waiting | running)

    def held(self, claimed_at: datetime) -> Self:
        """Those that a worker claimed then, and that nobody has taken over since."""
        return self.filter(status=self.model.RUNNING, claimed_at=claimed_at)

    def claim(self) -> datetime | None:
        """Take what is queued for a worker, and return the time that it holds its claim by; None if nothing is."""
        claimed_at = timezone.now()
        queued = self.filter(status=QUEUED)
        if queued.update(status=self.model.RUNNING, claimed_at=claimed_at, attempts=F("attempts") + 1):
            return claimed_at
        return None

    def put_back(self) -> None:
        """Let them wait once more, until the sweep enqueues them again."""
        self.update(status=QUEUED, queued_at=timezone.now())


class Job(models.Model):
    """The state of a job; kinds of jobs name their states themselves."""

    #: The state in which a worker is at it.
    RUNNING: ClassVar[str]
    #: A worker that has not finished by then is dead: Celery's hard limit ends a task before.
    LEASE: ClassVar[timedelta] = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 15)
    #: A queued job is enqueued again after this time, in case its message never arrived.
    QUEUE_PATIENCE: ClassVar[timedelta]
    #: After so many broken attempts it fails, so that no file can occupy the worker for ever.
    MAX_ATTEMPTS: ClassVar[int] = 3

    status = models.CharField(max_length=10, default=QUEUED)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
