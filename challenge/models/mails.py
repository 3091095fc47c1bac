"""Mails about the outcomes of submissions."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from challenge.models.jobs import QUEUED, Job, JobQuerySet
from challenge.models.submissions import Submission


class OutcomeMailQuerySet(JobQuerySet["OutcomeMail"]):
    """Mails by state."""

    def pending(self) -> Self:
        """Return the mails that are neither sent nor undeliverable."""
        return self.filter(status__in=[OutcomeMail.Status.QUEUED, OutcomeMail.Status.SENDING])

    def recent(self, now: datetime) -> Self:
        """Return the mails that are still worth sending."""
        return self.filter(created_at__gt=now - OutcomeMail.GIVE_UP_AFTER)


class OutcomeMail(Job):
    """Mail about the first outcome of a submission: a job with its state.

    A mail that a worker could not send stays claimed, and is retried when the lease ends.
    """

    class Status(models.TextChoices):
        """State of the mail."""

        QUEUED = QUEUED, "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Undeliverable"

    RUNNING = Status.SENDING
    QUEUE_PATIENCE = timedelta(seconds=30)
    #: A claimed mail that was not sent is retried after this time: the mail server was down.
    LEASE = timedelta(minutes=5)
    #: A mail is retried for this long, with any number of attempts.
    GIVE_UP_AFTER = timedelta(days=3)

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="outcome_mail")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField("due", default=timezone.now, editable=False)
    sent_at = models.DateTimeField("sent", null=True, editable=False)

    objects = OutcomeMailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"Mail about {self.submission}"
