"""Verifications of scores by the field's own code: jobs with their outcomes."""

from datetime import timedelta
from typing import Self

from django.db import models

from challenge.models.evaluations import Evaluation
from challenge.models.jobs import Job, JobQuerySet, JobStatus

#: A difference up to this one comes from the order of floating-point operations.
TOLERANCE = 1e-9


class VerificationQuerySet(JobQuerySet["Verification"]):
    """Verifications by state."""

    def differing(self) -> Self:
        """Keep verifications that found other scores than the stored ones."""
        return self.filter(largest_difference__gt=TOLERANCE)

    def equal(self) -> Self:
        """Keep verifications that found the stored scores."""
        return self.filter(largest_difference__lte=TOLERANCE)

    def failed(self) -> Self:
        """Keep entries that could not be verified."""
        return self.filter(status=self.model.Status.FAILED)


class Verification(Job):
    """Comparison of an evaluation's scores with those of scikit-learn and of MedMNIST's evaluator.

    The outcome of an earlier run stays until a new one replaces it. It never changes the evaluation.
    """

    Status = JobStatus
    RUNNING = Status.RUNNING
    #: No score waits for it. Messages expire after the same time.
    QUEUE_PATIENCE = timedelta(hours=1)
    LEASE = timedelta(minutes=5)

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="verification")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    scikit_learn_version = models.CharField(max_length=20, blank=True, editable=False)
    medmnist_version = models.CharField(
        max_length=20, blank=True, editable=False, help_text="Empty where medmnist is not installed."
    )
    largest_difference = models.FloatField(
        null=True, editable=False, help_text="Of all metrics of all datasets, and their means."
    )
    differences = models.JSONField(
        default=list,
        editable=False,
        help_text="Dataset, metric, library, stored and found value of each difference above the tolerance.",
    )
    verified_at = models.DateTimeField(null=True, editable=False)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"Verification of {self.evaluation}"

    @property
    def differs(self) -> bool:
        """True if it found other scores than the stored ones."""
        return self.largest_difference is not None and self.largest_difference > TOLERANCE

    @property
    def is_equal(self) -> bool:
        """True if it found the stored scores."""
        return self.largest_difference is not None and not self.differs

    @property
    def libraries(self) -> str:
        """Libraries with their versions: scikit-learn 1.9.1 and medmnist 3.0.2."""
        medmnist = f" and medmnist {self.medmnist_version}" if self.medmnist_version else ""
        return f"scikit-learn {self.scikit_learn_version}{medmnist}"
