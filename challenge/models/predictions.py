"""Published predictions of entries: files that anyone may download."""

from datetime import timedelta

from django.db import models

from challenge.models.jobs import Job, JobQuerySet, JobStatus
from challenge.models.submissions import Submission


class PredictionFile(Job):
    """Published file of an entry: a job that writes it, and what the job wrote.

    It exists while the team publishes the predictions. `services.predictions` writes the file.
    """

    Status = JobStatus
    RUNNING = Status.RUNNING
    QUEUE_PATIENCE = timedelta(seconds=60)

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="prediction_file")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    size = models.PositiveIntegerField("size in bytes", default=0, editable=False)

    objects = JobQuerySet["PredictionFile"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"Predictions of {self.submission}"
