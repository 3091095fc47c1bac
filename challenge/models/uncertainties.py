"""Uncertainty of an evaluation's scores, and informational metrics: computed after scoring, in a separate task."""

from datetime import timedelta
from typing import Self

import numpy as np
from django.db import models

from challenge.models.evaluations import Evaluation
from challenge.models.jobs import Job, JobQuerySet, JobStatus
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS, PAIRED_VERSIONS


class UncertaintyQuerySet(JobQuerySet["Uncertainty"]):
    """Uncertainties by state."""

    def known(self) -> Self:
        """Keep uncertainties with replicates that are paired, also if they are being computed again."""
        return self.filter(results_version__in=PAIRED_VERSIONS)

    def without_replicates(self) -> Self:
        """Leave the large fields of replicates in the database until they are read."""
        return self.defer("mean_replicates", "resampled_dataset_means", "dataset_replicates")


class Uncertainty(Job):
    """Intervals and bootstrap replicates of an evaluation: a job with its state and results.

    The job can run again, for a new version of the bootstrap. Its earlier results stay in use meanwhile.
    Replicates are stored as bytes of float32. Those of the means (16 kB), of the means over resampled datasets (16 kB)
    and of the datasets (192 kB) have separate fields, because rankings need only the means, of many entries.
    `scoring.statistics.bootstrap` and `scoring.statistics.over_datasets` compute them.
    """

    Status = JobStatus
    RUNNING = Status.RUNNING
    QUEUE_PATIENCE = timedelta(seconds=60)

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="uncertainty")
    bootstrap_version = models.CharField(
        max_length=20, help_text="Version of the bootstrap that the job runs, or ran."
    )
    results_version = models.CharField(
        max_length=20,
        blank=True,
        editable=False,
        help_text="Version of the results, which stay until the job has replaced them. Empty without results.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    seconds = models.FloatField(null=True, editable=False, help_text="Time that the estimate took.")
    intervals = models.JSONField(
        default=dict,
        editable=False,
        help_text="By dataset and for `average`: low and high of each metric at 95 %.",
    )
    standard_errors = models.JSONField(
        default=dict,
        editable=False,
        help_text="By dataset and for `average`: standard deviation of the replicates of each metric.",
    )
    auc_standard_errors = models.JSONField(
        default=dict, editable=False, help_text="By dataset and for `average`, after DeLong."
    )
    mean_replicates = models.BinaryField(default=b"", editable=False)
    #: Empty if an earlier version of the site estimated the uncertainty.
    resampled_dataset_means = models.BinaryField(default=b"", editable=False)
    dataset_replicates = models.BinaryField(default=b"", editable=False)

    objects = UncertaintyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "uncertainties"
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"Uncertainty of {self.evaluation}"

    @property
    def has_results(self) -> bool:
        """True if it was estimated, by this or an earlier version."""
        return bool(self.results_version)


def uncertainty_of(evaluation: Evaluation) -> Uncertainty | None:
    """Return the uncertainty of an evaluation, loaded once and without its large replicates."""
    light = Uncertainty.objects.without_replicates()
    models.prefetch_related_objects([evaluation], models.Prefetch("uncertainty", light))
    return getattr(evaluation, "uncertainty", None)


def unpack_mean_replicates(content: bytes) -> np.ndarray:
    """Return replicates of the means over the (resampled) datasets, (4, B) float32, in the order of `METRICS`."""
    return np.frombuffer(content, "<f4").reshape(len(METRICS), -1)


def unpack_dataset_replicates(content: bytes, n_datasets: int = MEDMNIST_PLUS.n_datasets) -> np.ndarray:
    """Return the replicates of each dataset, (D, 4, B) float32, datasets in the order of their benchmark."""
    return np.frombuffer(content, "<f4").reshape(n_datasets, len(METRICS), -1)


class SecondaryMetrics(models.Model):
    """Secondary metrics of an evaluation, by dataset; `scoring.metrics.secondary` lists them."""

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="secondary_metrics")
    datasets = models.JSONField(editable=False)

    def __str__(self) -> str:
        return f"Secondary metrics of {self.evaluation}"
