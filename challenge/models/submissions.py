"""Submissions of teams."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from challenge.models.choices import Resolution
from challenge.models.facts import MethodFacts
from challenge.models.ground_truths import GroundTruth
from challenge.models.groups import MethodGroup
from challenge.models.phases import Phase, day_start

if TYPE_CHECKING:
    from challenge.models.evaluations import Evaluation


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Submissions by their state."""

    def counted(self) -> Self:
        """Keep submissions that count towards a team's limits."""
        return self.filter(counts_toward_limits=True)

    def on_day(self, now: datetime) -> Self:
        """Keep submissions of the UTC day of the given time."""
        start = day_start(now)
        return self.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))

    def public(self) -> Self:
        """Keep submissions that anyone may see: scored at least once, and not disqualified."""
        return self.filter(evaluations__scored_at__isnull=False, disqualified_at__isnull=True).distinct()

    def standard(self) -> Self:
        """Keep submissions that follow the standard protocol: see `Submission.is_standard`."""
        return self.filter(external_data=False, special_methods="")


def submission_path(submission: "Submission", filename: str) -> str:
    """Return the storage path of an upload, without any text from the team."""
    suffix = next((s for s in (".csv.gz", ".zip") if filename.lower().endswith(s)), ".csv")
    return f"{submission.team_id}/{submission.created_at:%Y%m%d-%H%M%S}-{submission.sha256[:16]}{suffix}"


class Submission(MethodFacts):
    """One file of predictions, and the team's statements about it."""

    class Visibility(models.TextChoices):
        """Who sees a scored entry; all count towards the limits."""

        PUBLIC = "public", "Public"
        ANONYMOUS = "anonymous", "Anonymous"
        PRIVATE = "private", "Private"

    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="submissions")
    created_at = models.DateTimeField("submitted", default=timezone.now, editable=False)
    resolution = models.PositiveSmallIntegerField(choices=Resolution)
    model_name = models.CharField("model name", max_length=100)
    description = models.TextField(max_length=2000)
    study_url = models.URLField("study", max_length=300, blank=True)
    code_url = models.URLField("code", max_length=300, blank=True)
    external_data = models.BooleanField("used data beyond MedMNIST+", default=False)
    special_methods = models.CharField(
        "departures from the standard protocol",
        max_length=200,
        blank=True,
        help_text="For example an ensemble, or test-time augmentation. Leave empty if there are none.",
    )
    group = models.ForeignKey(
        MethodGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="submissions",
        verbose_name="seeds of one method",
    )
    training = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="Training configuration, for baselines of the organizers.",
    )
    file = models.FileField(upload_to=submission_path, max_length=200, editable=False)
    file_name = models.CharField("file name", max_length=200, editable=False)
    file_size = models.PositiveIntegerField("file size in bytes", editable=False)
    sha256 = models.CharField("SHA-256 of the file", max_length=64, editable=False)
    counts_toward_limits = models.BooleanField(
        default=True, editable=False, help_text="False if its first scoring failed."
    )
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    anonymous_until = models.DateField(
        "anonymous until",
        null=True,
        blank=True,
        help_text="The team is named from the start of this day (UTC). Leave empty to stay anonymous.",
    )
    #: Time at which the team chose it to represent the team at its resolution.
    chosen_at = models.DateTimeField("chosen by the team", null=True, editable=False)
    withdrawn_at = models.DateTimeField("withdrawn", null=True, editable=False)
    file_deleted_at = models.DateTimeField("file deleted", null=True, editable=False)
    disqualified_at = models.DateTimeField("disqualified", null=True, editable=False)
    disqualification_reason = models.TextField("reason", blank=True, editable=False)
    #: Time of the first outcome, scored or failed: later outcomes change neither limits nor mails.
    first_outcome_at = models.DateTimeField("first outcome", null=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["team", "created_at"])]

    def __str__(self) -> str:
        return f"#{self.pk} {self.model_name}"

    def get_absolute_url(self) -> str:
        """Return the URL of the submission's page."""
        return reverse("submission", args=[self.pk])

    @property
    def is_baseline(self) -> bool:
        """True if the organizers trained it: its configuration is known and shown."""
        return self.training is not None

    @property
    def is_standard(self) -> bool:
        """True if it follows the standard protocol of the rules, as stated by its team."""
        return not (self.external_data or self.special_methods)

    @property
    def is_disqualified(self) -> bool:
        """True if an organizer removed it from the ranking."""
        return self.disqualified_at is not None

    @property
    def is_public(self) -> bool:
        """True if anyone may see it: see `SubmissionQuerySet.public`."""
        return not self.is_disqualified and any(e.scored_at for e in self.evaluations.all())

    def current_evaluation(self, ground_truth: GroundTruth | None) -> "Evaluation | None":
        """Return the evaluation that gives the submission's state: by the ranked versions, or the newest."""
        return max(self.evaluations.all(), key=lambda e: (e.is_by(ground_truth), e.created_at), default=None)

    def latest_scores(self, ground_truth: GroundTruth | None) -> "Evaluation | None":
        """Return the evaluation with the displayed scores: by the ranked versions, or the newest scored evaluation."""
        scored = [evaluation for evaluation in self.evaluations.all() if evaluation.scored_at]
        return max(scored, key=lambda e: (e.is_by(ground_truth), e.created_at), default=None)


class SubmissionRevision(models.Model):
    """Values of a submission before a change by its team, kept for the organizers."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="revisions")
    replaced_at = models.DateTimeField("changed", default=timezone.now, editable=False)
    values = models.JSONField(editable=False, help_text="Earlier values of the changed fields, by name.")

    class Meta:
        ordering = ["-replaced_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.submission}, before {self.replaced_at:%Y-%m-%d %H:%M} UTC"
