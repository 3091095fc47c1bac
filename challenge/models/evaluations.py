"""Scorings of submissions, and their results."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from challenge.models.ground_truths import GroundTruth
from challenge.models.jobs import QUEUED, Job, JobQuerySet
from challenge.models.submissions import Submission
from challenge.models.visibility import not_private, not_removed
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import SCORER_VERSION


class EvaluationQuerySet(JobQuerySet["Evaluation"]):
    """Evaluations by state."""

    def scored(self) -> Self:
        """Keep evaluations with scores (an evaluation keeps its scores while it is scored again)."""
        return self.filter(scored_at__isnull=False)

    def active(self, ground_truth: GroundTruth | None) -> Self:
        """Keep evaluations by the current scorer against the given ground truth: the ranked versions."""
        return self.filter(ground_truth=ground_truth, scorer_version=SCORER_VERSION)

    def in_force(self, ground_truth: GroundTruth | None) -> Self:
        """Keep evaluations by the ranked versions whose scores stand, also those of private submissions."""
        return self.active(ground_truth).scored().filter(not_removed("submission__"))

    def ranked(self, ground_truth: GroundTruth | None) -> Self:
        """Keep evaluations that the leaderboard ranks."""
        return self.in_force(ground_truth).filter(not_private("submission__"))


class Evaluation(Job):
    """One scoring of a submission: a job with its state, and the means over the datasets once it is scored."""

    class Status(models.TextChoices):
        """State of a submission as its team sees it."""

        QUEUED = QUEUED, "Queued"
        SCORING = "scoring", "Scoring"
        SCORED = "scored", "Scored"
        FAILED = "failed", "Failed"

    class Failure(models.TextChoices):
        """Cause of a failure, in the words of the mail's subject."""

        FILE = "file", "errors in the file"
        TIME = "time", "scoring took too long"
        SITE = "site", "a fault on our side"
        DELETED = "deleted", "the team deleted the file"

    RUNNING = Status.SCORING
    #: States in which the outcome is open.
    PENDING = (Status.QUEUED, Status.SCORING)
    QUEUE_PATIENCE = timedelta(seconds=30)

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="evaluations")
    ground_truth = models.ForeignKey(GroundTruth, models.PROTECT, related_name="evaluations")
    scorer_version = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    scored_at = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(
        "failed because of",
        max_length=10,
        choices=Failure,
        blank=True,
        editable=False,
        help_text="Cause of the last outcome, until there is another. Blank if it has scores.",
    )
    problems = models.JSONField(
        default=list, editable=False, help_text="Reasons for the failure, one sentence each."
    )
    warnings = models.JSONField(
        default=list, editable=False, help_text="Signs of mistakes in a valid file, one sentence each."
    )
    auc = models.FloatField(null=True, editable=False)
    balanced_accuracy = models.FloatField(null=True, editable=False)
    cohen_kappa = models.FloatField(null=True, editable=False)
    accuracy = models.FloatField(null=True, editable=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "ground_truth", "scorer_version"], name="one_evaluation_per_versions"
            )
        ]
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"{self.submission} against {self.ground_truth}"

    @property
    def is_pending(self) -> bool:
        """True while the outcome is open."""
        return self.status in self.PENDING

    def is_by(self, ground_truth: GroundTruth | None) -> bool:
        """Return whether it was made by the current scorer against the given ground truth."""
        return ground_truth is not None and (
            (self.ground_truth_id, self.scorer_version) == (ground_truth.pk, SCORER_VERSION)
        )


class DatasetScore(models.Model):
    """Metrics of one dataset in an evaluation."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="dataset_scores")
    dataset = models.CharField(max_length=30, choices=[(d.name, d.title) for d in MEDMNIST_PLUS])
    auc = models.FloatField()
    balanced_accuracy = models.FloatField()
    cohen_kappa = models.FloatField()
    accuracy = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "dataset"], name="one_score_per_dataset")
        ]

    def __str__(self) -> str:
        return f"{self.get_dataset_display()}, {self.evaluation}"


class EvaluationCurves(models.Model):
    """Data for the figures of an evaluation, by dataset: confusion matrix, ROC curves, reliability.

    It has its own table, so that lists of evaluations do not load it; `scoring.metrics.curves` describes it.
    """

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="curves")
    datasets = models.JSONField(editable=False)

    def __str__(self) -> str:
        return f"Curves of {self.evaluation}"
