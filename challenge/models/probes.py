"""Test submissions: a file with known scores that takes the way of a team's file, to see that all of it works.

They are no rows of `Submission`, so nothing that counts, ranks, lists, mails or exports entries can meet one.
"""

import secrets
from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from challenge.models.ground_truths import GroundTruth
from challenge.models.jobs import QUEUED, Job, JobQuerySet

#: Folder of the files, in that of the submissions.
FOLDER = "tests"


class ProbeQuerySet(JobQuerySet["Probe"]):
    """Test submissions by state."""

    def pending(self) -> Self:
        """Keep those without an outcome."""
        return self.filter(status__in=[Probe.Status.QUEUED, Probe.Status.RUNNING])


def probe_path(probe: "Probe", filename: str) -> str:
    """Return the storage path of a file."""
    return f"{FOLDER}/{probe.asked_at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.csv.gz"


class Probe(Job):
    """One test submission: a job that is claimed twice, for scores and for intervals, and what was found."""

    class Status(models.TextChoices):
        """States: it waits and runs once for the scores, and once for the intervals."""

        QUEUED = QUEUED, "Waits"
        RUNNING = "running", "Is being scored"
        DONE = "done", "Right"
        FAILED = "failed", "Failed"

    RUNNING = Status.RUNNING
    QUEUE_PATIENCE = timedelta(seconds=30)
    #: Rows are deleted after this time.
    KEPT = timedelta(days=14)

    asked_at = models.DateTimeField("sent", default=timezone.now, editable=False)
    sender = models.CharField("sent by", max_length=64, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, editable=False)
    ground_truth = models.ForeignKey(
        GroundTruth, models.CASCADE, editable=False, related_name="+", verbose_name="labels"
    )
    file = models.FileField(upload_to=probe_path, max_length=200, editable=False)
    known = models.JSONField(editable=False, help_text="Known scores and standard errors.")
    scored_at = models.DateTimeField("scored", null=True, editable=False)
    ended_at = models.DateTimeField("ended", null=True, editable=False)
    problems = models.JSONField(default=list, editable=False)

    objects = ProbeQuerySet.as_manager()

    class Meta:
        verbose_name = "test submission"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["status", "queued_at"]), models.Index(fields=["asked_at"])]

    def __str__(self) -> str:
        return f"Test submission of {self.asked_at:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def is_pending(self) -> bool:
        """True until its outcome is known."""
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def time_to_scores(self) -> timedelta | None:
        """Time from sending to scores."""
        return self.scored_at - self.asked_at if self.scored_at else None

    @property
    def time_to_intervals(self) -> timedelta | None:
        """Time from sending to intervals; None if it failed."""
        return self.ended_at - self.asked_at if self.ended_at and self.status == self.Status.DONE else None
