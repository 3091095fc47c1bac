"""Checks of integrity of submissions, and flags for organizers. No flag changes an entry by itself."""

from datetime import timedelta
from typing import Self

import numpy as np
from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, Q, When
from django.utils import timezone

from challenge.integrity.sketches import INTEGRITY_VERSION
from challenge.models.ground_truths import GroundTruth
from challenge.models.jobs import Job, JobQuerySet, JobStatus
from challenge.models.submissions import Submission


def integrity_mark(ground_truth: GroundTruth) -> str:
    """Return the mark of records that can be compared: made with these labels, by this version of the checks."""
    return f"{ground_truth.version} {INTEGRITY_VERSION}"


class IntegrityRecordQuerySet(JobQuerySet["IntegrityRecord"]):
    """Records by their content."""

    def comparable(self, mark: str) -> Self:
        """Keep records with a sketch of this mark, also while they are being checked."""
        return self.filter(results_version=mark)

    def of_other_teams(self, submission: Submission) -> Self:
        """Keep records of other teams' submissions."""
        return self.exclude(submission__team=submission.team_id)

    def before(self, submission: Submission) -> Self:
        """Keep records of submissions that were sent before this submission."""
        same_time = Q(submission__created_at=submission.created_at, submission__pk__lt=submission.pk)
        return self.filter(Q(submission__created_at__lt=submission.created_at) | same_time)


class IntegrityRecord(Job):
    """Check of a submission: a job with its state, and what later entries are compared with."""

    Status = JobStatus
    RUNNING = Status.RUNNING
    QUEUE_PATIENCE = timedelta(seconds=60)

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="integrity_record")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    version = models.CharField(max_length=40, help_text="Mark that the job makes, or made.")
    results_version = models.CharField(
        max_length=40, blank=True, editable=False, db_index=True, help_text="Mark of the values below."
    )
    values_hash = models.CharField(
        "SHA-256 of the probabilities", max_length=64, blank=True, editable=False, db_index=True
    )
    #: `integrity.sketches`: about 1,000 float32.
    sketch = models.BinaryField(default=b"", editable=False)
    #: `integrity.disguise.right_images`: a bit for each test image, 15 kB.
    right = models.BinaryField(default=b"", editable=False)

    objects = IntegrityRecordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"Check of {self.submission}"


class IntegrityAccountCheck(Job):
    """Check whether the team of a submission is another team's second account: a job with its state."""

    Status = JobStatus
    RUNNING = Status.RUNNING
    QUEUE_PATIENCE = timedelta(seconds=60)

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="account_check")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)

    objects = JobQuerySet["IntegrityAccountCheck"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"Check of the account of {self.submission}"


def unpack_sketch(content: bytes | memoryview) -> np.ndarray:
    """Return a sketch (K,) float32."""
    return np.frombuffer(content, "<f4")


def unpack_right(content: bytes | memoryview, n: int) -> np.ndarray:
    """Return for each of n test images whether the answer is right, (n,) bool."""
    return np.unpackbits(np.frombuffer(content, np.uint8), count=n).astype(bool)


class IntegrityFlagQuerySet(models.QuerySet["IntegrityFlag"]):
    """Flags by state."""

    def undecided(self) -> Self:
        """Keep flags that wait for an organizer, or for the answer of a team."""
        return self.filter(status__in=IntegrityFlag.UNDECIDED)

    def against_publication(self) -> Self:
        """Keep flags with which an entry that awaits its checks is not published: undecided, or confirmed."""
        return self.filter(status__in=(*IntegrityFlag.UNDECIDED, IntegrityFlag.Status.CONFIRMED))


class IntegrityFlag(models.Model):
    """A reason to look at a submission, with its evidence and the decision of an organizer.

    Teams never see flags.
    """

    class Kind(models.TextChoices):
        """Kinds of findings."""

        COPY = "copy", "Copy of another team's predictions"
        MIXTURE = "mixture", "Mixture of other entries"
        LABELS = "labels", "Labels in disguise"
        ACCOUNT = "account", "Second account of a team"

    class Status(models.TextChoices):
        """States, in the order of the list."""

        OPEN = "open", "Open"
        ASKED = "asked", "Team was asked"
        CONFIRMED = "confirmed", "Confirmed"
        DISQUALIFIED = "disqualified", "Disqualified"
        DISMISSED = "dismissed", "Dismissed"

    #: States that wait for a decision.
    UNDECIDED = (Status.OPEN, Status.ASKED)

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="integrity_flags")
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    evidence = models.JSONField(
        default=dict, editable=False, help_text="Values by name; other submissions by number."
    )
    others = models.ManyToManyField(
        Submission, related_name="integrity_flags_of_others", editable=False, blank=True
    )
    created_at = models.DateTimeField("found", default=timezone.now, editable=False)
    status = models.CharField("state", max_length=12, choices=Status, default=Status.OPEN, editable=False)
    decided_at = models.DateTimeField("decided", null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    reason = models.TextField(blank=True, editable=False)

    objects = IntegrityFlagQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "flag of integrity"
        verbose_name_plural = "flags of integrity"
        constraints = [
            models.UniqueConstraint(fields=["submission", "kind"], name="one_flag_per_submission_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_kind_display()}"

    @classmethod
    def place_of_status(cls) -> Case:
        """Return the place of the state in the order of the list, for an ordering."""
        whens = (When(status=status, then=place) for place, status in enumerate(cls.Status.values))
        return Case(*whens, output_field=IntegerField())
