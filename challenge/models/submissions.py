"""Submissions of teams."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.team_names import ANONYMOUS
from challenge.models.choices import Licence, Resolution
from challenge.models.facts import MethodFacts
from challenge.models.groups import MethodGroup
from challenge.models.phases import Phase, day_start
from challenge.models.versions import Versions
from challenge.models.visibility import Visibility, named, not_private, not_removed, today

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

    def scored(self) -> Self:
        """Keep submissions that were scored at least once."""
        return self.filter(evaluations__scored_at__isnull=False).distinct()

    def in_force(self) -> Self:
        """Keep submissions whose scores stand: not disqualified, held or withdrawn. Private ones are among them."""
        return self.scored().filter(not_removed())

    def ranked(self) -> Self:
        """Keep submissions whose scores anyone may see: in force, and not private."""
        return self.in_force().filter(not_private())

    def not_scored_by(self, versions: Versions) -> Self:
        """Keep scored submissions that these versions should score: no evaluation by them, and the file exists."""
        evaluated = Submission.objects.filter(
            evaluations__ground_truth=versions.ground_truth, evaluations__scorer_version=versions.scorer
        )
        return self.scored().filter(file_deleted_at__isnull=True).exclude(pk__in=evaluated)

    def public(self) -> Self:
        """Keep submissions with a page that anyone may see; the page of a withdrawn entry shows no scores."""
        return self.scored().filter(not_private(), disqualified_at__isnull=True, held_at__isnull=True)

    def named(self) -> Self:
        """Keep submissions that show their team to everybody who sees them."""
        return self.filter(named())

    def anonymous(self) -> Self:
        """Keep submissions that hide their team from others now."""
        return self.filter(not_private()).exclude(named())

    def standard(self) -> Self:
        """Keep submissions that follow the standard protocol: see `Submission.is_standard`."""
        return self.filter(external_data=False, special_methods="")


def submission_path(submission: "Submission", filename: str) -> str:
    """Return the storage path of an upload, without any text from the team."""
    suffix = next((s for s in (".csv.gz", ".zip") if filename.lower().endswith(s)), ".csv")
    return f"{submission.team_id}/{submission.created_at:%Y%m%d-%H%M%S}-{submission.sha256[:16]}{suffix}"


class Submission(MethodFacts):
    """One file of predictions, and the team's statements about it."""

    Visibility = Visibility

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
    sent_anonymous = models.BooleanField(
        default=False, editable=False, help_text="Anonymous when it was sent: see `leaderboard.attempts`."
    )
    awaits_publication = models.BooleanField(
        default=False, editable=False, help_text="True until the results of its phase are public."
    )
    predictions_licence = models.CharField(
        "licence of the predictions",
        max_length=20,
        choices=Licence,
        blank=True,
        help_text="The team publishes the predictions under this licence. Empty: it does not publish them.",
    )
    #: Time at which the team chose it to represent the team at its resolution.
    chosen_at = models.DateTimeField("chosen by the team", null=True, editable=False)
    withdrawn_at = models.DateTimeField("withdrawn", null=True, editable=False)
    #: Time at which the site compressed the file, or found it compressed: see `services.stored_files`.
    file_packed_at = models.DateTimeField("file compressed", null=True, editable=False)
    file_deleted_at = models.DateTimeField("file deleted", null=True, editable=False)
    disqualified_at = models.DateTimeField("disqualified", null=True, editable=False)
    disqualification_reason = models.TextField("reason", blank=True, editable=False)
    held_at = models.DateTimeField("held", null=True, editable=False)
    held_reason = models.TextField("reason of the hold", blank=True, editable=False)
    awaits_checks = models.BooleanField(
        default=False, editable=False, help_text="Held until the checks of integrity have ended: see `Phase`."
    )
    #: Time of the first outcome, scored or failed: later outcomes change neither limits nor mails.
    first_outcome_at = models.DateTimeField("first outcome", null=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["team", "created_at"]), models.Index(fields=["created_at"])]
        permissions = [
            ("download_files", "Can download the files of all teams"),
            ("write_to_teams", "Can write to teams"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.model_name}"

    def get_absolute_url(self) -> str:
        """Return the URL of the submission's page."""
        return reverse("submission", args=[self.pk])

    @property
    def is_baseline(self) -> bool:
        """True if the organizers trained it: its configuration is shown. False while that would name a hidden team."""
        return self.training is not None and not self.is_anonymous

    @property
    def is_standard(self) -> bool:
        """True if it follows the standard protocol of the rules, as stated by its team."""
        return not (self.external_data or self.special_methods)

    @property
    def is_disqualified(self) -> bool:
        """True if an organizer removed it from the ranking."""
        return self.disqualified_at is not None

    @property
    def is_held(self) -> bool:
        """True while an organizer checks it: neither ranked nor public."""
        return self.held_at is not None

    @property
    def is_withdrawn(self) -> bool:
        """True if its team took it back."""
        return self.withdrawn_at is not None

    @property
    def is_removed(self) -> bool:
        """True if its scores do not stand now: see `visibility.not_removed`."""
        return self.is_disqualified or self.is_held or self.is_withdrawn

    @property
    def is_private(self) -> bool:
        """True if its team made it private."""
        return self.visibility == Visibility.PRIVATE

    @property
    def is_hidden(self) -> bool:
        """True if only its team and the organizers see it: private, or its phase has no public results yet."""
        return self.is_private or self.awaits_publication

    @property
    def is_anonymous(self) -> bool:
        """True if its team is hidden from others now; the name is shown from the start of `anonymous_until` (UTC)."""
        if self.visibility != Visibility.ANONYMOUS:
            return False
        return self.anonymous_until is None or today() < self.anonymous_until

    @property
    def is_named(self) -> bool:
        """True if everybody who sees it sees its team: see `SubmissionQuerySet.named`."""
        return not (self.is_hidden or self.is_anonymous)

    @property
    def public_team_name(self) -> str:
        """Name of the team for others; `access.shown_team` gives the name for a viewer."""
        return ANONYMOUS if self.is_anonymous else str(self.team)

    @property
    def is_scored(self) -> bool:
        """True if it was scored at least once."""
        return any(evaluation.scored_at for evaluation in self.evaluations.all())

    @property
    def is_in_force(self) -> bool:
        """True if its scores stand: see `SubmissionQuerySet.in_force`."""
        return not self.is_removed and self.is_scored

    @property
    def is_ranked(self) -> bool:
        """True if anyone may see its scores: see `SubmissionQuerySet.ranked`."""
        return not self.is_hidden and self.is_in_force

    @property
    def publishes_predictions(self) -> bool:
        """True if anyone may download its predictions."""
        return bool(self.predictions_licence) and self.is_ranked

    @property
    def is_public(self) -> bool:
        """True if anyone may see its page: see `SubmissionQuerySet.public`."""
        return not (self.is_hidden or self.is_disqualified or self.is_held) and self.is_scored

    def current_evaluation(self, versions: Versions | None) -> "Evaluation | None":
        """Return the evaluation that gives the submission's state: by the ranked versions, or the newest.

        A submission that was scored once has not failed: if scoring again failed, the state is that of its scores.
        """
        current = max(self.evaluations.all(), key=lambda e: (e.is_by(versions), e.created_at), default=None)
        has_failed = current is not None and current.status == current.Status.FAILED
        return (self.latest_scores(versions) if has_failed else None) or current

    def latest_scores(self, versions: Versions | None) -> "Evaluation | None":
        """Return the evaluation with the displayed scores: by the ranked versions, or the newest scored evaluation."""
        scored = [evaluation for evaluation in self.evaluations.all() if evaluation.scored_at]
        return max(scored, key=lambda e: (e.is_by(versions), e.created_at), default=None)

    @property
    def broken_again(self) -> "Evaluation | None":
        """Evaluation that failed after it was scored, if no success followed: see `EvaluationQuerySet.broken_again`."""
        evaluations = self.evaluations.all()
        last_success = max((e.scored_at for e in evaluations if e.scored_at), default=None)
        broken = [
            (e.broke_again_at, e.pk, e)
            for e in evaluations
            if e.broke_again_at and last_success and e.broke_again_at >= last_success
        ]
        return max(broken)[2] if broken else None


class SubmissionRevision(models.Model):
    """Values of a submission before an edit by its team or a correction, kept for the organizers."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="revisions")
    replaced_at = models.DateTimeField("changed", default=timezone.now, editable=False)
    values = models.JSONField(editable=False, help_text="Earlier values of the changed fields, by name.")

    class Meta:
        ordering = ["-replaced_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.submission}, before {self.replaced_at:%Y-%m-%d %H:%M} UTC"
