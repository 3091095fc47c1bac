"""Signs of life of the worker, and the daily mails to organizers."""

from datetime import timedelta

from django.db import models

from challenge.models.jobs import QUEUED, Job, JobQuerySet


class Sweep(models.Model):
    """One row with the time at which the last sweep ended: the sign that beat and worker run."""

    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Sweep of {self.ended_at:%Y-%m-%d %H:%M:%S} UTC"


class Digest(Job):
    """Mail of one UTC day to the organizers, about all that needs a person: a job with its state."""

    class Status(models.TextChoices):
        """State of the digest."""

        QUEUED = QUEUED, "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        EMPTY = "empty", "Nothing needed a person"

    RUNNING = Status.SENDING
    QUEUE_PATIENCE = timedelta(seconds=30)
    #: A claimed digest that was not sent is retried after this time: the mail server was down.
    LEASE = timedelta(minutes=5)

    day = models.DateField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    sent_at = models.DateTimeField("sent", null=True, editable=False)

    objects = JobQuerySet["Digest"].as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"Digest of {self.day}"
