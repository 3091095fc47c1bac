"""Mails to teams: outcomes of submissions, acts of organizers, letters."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenge.models.jobs import QUEUED, Job, JobQuerySet
from challenge.models.submissions import Submission


class MailQuerySet(JobQuerySet["Mail"]):
    """Mails by state."""

    def pending(self) -> Self:
        """Keep mails that are neither sent nor undeliverable."""
        return self.filter(status__in=[Mail.Status.QUEUED, Mail.Status.SENDING])

    def recent(self, now: datetime) -> Self:
        """Keep mails that are still worth sending."""
        return self.filter(created_at__gt=now - Mail.GIVE_UP_AFTER)


class Mail(Job):
    """Mail to a team: a job with its state.

    A mail that a worker could not send stays claimed, and is retried when the lease ends. Once it is sent or given up,
    neither its address nor its values are kept, because a team may have left.
    """

    class Status(models.TextChoices):
        """State of the mail."""

        QUEUED = QUEUED, "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Undeliverable"
        OBSOLETE = "obsolete", "Not true any more, so not sent"

    RUNNING = Status.SENDING
    QUEUE_PATIENCE = timedelta(seconds=30)
    #: A claimed mail that was not sent is retried after this time: the mail server was down.
    LEASE = timedelta(minutes=5)
    #: A mail is retried for this long, with any number of attempts.
    GIVE_UP_AFTER = timedelta(days=3)

    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="mails")
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="mails")
    name = models.CharField("text", max_length=60, help_text="Name of the text in templates/mails/.")
    context = models.JSONField(default=dict, help_text="Values of the text, until it is sent.")
    address = models.EmailField(
        blank=True, help_text="Address until the mail is sent; empty for the team's address at that time."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField("due", default=timezone.now, editable=False)
    sent_at = models.DateTimeField("sent", null=True, editable=False)

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"{self.name} to {self.team or 'a team that left'}"
