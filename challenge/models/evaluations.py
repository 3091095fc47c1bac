"""Scorings of submissions, and their results."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from challenge.models.ground_truths import GroundTruth
from challenge.models.history import HistoryLine
from challenge.models.jobs import QUEUED, Job, JobQuerySet
from challenge.models.submissions import Submission
from challenge.models.versions import Versions
from challenge.models.visibility import not_private, not_removed
from challenge.scoring.benchmark import MEDMNIST_PLUS


class EvaluationQuerySet(JobQuerySet["Evaluation"]):
    """Evaluations by state."""

    def scored(self) -> Self:
        """Keep evaluations with scores (an evaluation keeps its scores while it is scored again)."""
        return self.filter(scored_at__isnull=False)

    def settled(self) -> Self:
        """Keep evaluations with an outcome that the leaderboard can show: failed, or scored with known intervals.

        Intervals that could not be estimated are not waited for.
        """
        estimated = Q(uncertainty__results_version__gt="") | Q(uncertainty__status="failed")
        return self.filter(Q(status=self.model.Status.FAILED) | Q(estimated, scored_at__isnull=False))

    def broken_again(self) -> Self:
        """Keep failures of submissions that were scored before: their old scores stay, and an organizer has to look.

        A later success, by any versions, ends the failure.
        """
        scored_since = Evaluation.objects.filter(
            submission=OuterRef("submission"), scored_at__gt=OuterRef("broke_again_at")
        )
        return self.filter(broke_again_at__isnull=False).exclude(Exists(scored_since))

    def by(self, versions: Versions | None) -> Self:
        """Keep evaluations by these versions."""
        if versions is None:
            return self.none()
        return self.filter(ground_truth=versions.ground_truth, scorer_version=versions.scorer)

    def in_force(self, versions: Versions | None) -> Self:
        """Keep evaluations by these versions whose scores stand, also those of private submissions."""
        return self.by(versions).scored().filter(not_removed("submission__"))

    def ranked(self, versions: Versions | None) -> Self:
        """Keep evaluations that the leaderboard ranks if it ranks by these versions."""
        return self.in_force(versions).filter(not_private("submission__"))


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

    #: Causes of failures that are not the file's.
    OUR_FAULTS = (Failure.SITE, Failure.TIME)
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
        help_text="Cause of the last failure, until a scoring succeeds.",
    )
    problems = models.JSONField(
        default=list, editable=False, help_text="Reasons for the failure, one sentence each."
    )
    warnings = models.JSONField(
        default=list, editable=False, help_text="Signs of mistakes in a valid file, one sentence each."
    )
    broke_again_at = models.DateTimeField(
        "scoring again failed",
        null=True,
        editable=False,
        help_text="Time of a failure after the submission was scored: its scores stay. Empty after a success.",
    )
    asked_in = models.ForeignKey(
        HistoryLine,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="Act of an organizer who had it scored again.",
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

    @property
    def versions(self) -> Versions:
        """Versions that it was made by."""
        return Versions(self.ground_truth, self.scorer_version)

    def is_by(self, versions: Versions | None) -> bool:
        """Return whether it was made by these versions."""
        return versions is not None and (
            (self.ground_truth_id, self.scorer_version) == (versions.ground_truth.pk, versions.scorer)
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
