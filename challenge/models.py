"""What the site keeps: phases, ground truths, submissions, their evaluations, published results, texts.

A submission is what a team sent; an evaluation is one scoring of it, by one version of the scorer
against one ground truth. `services` is the only writer.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.evaluator import SCORER_VERSION

MAX_NAME_LENGTH = 100


class Metric(models.TextChoices):
    """The metrics of the leaderboard, in the order in which they are shown."""

    AUC = "auc", "AUC"
    BALANCED_ACCURACY = "balanced_accuracy", "Balanced accuracy"
    COHEN_KAPPA = "cohen_kappa", "Cohen's kappa"
    ACCURACY = "accuracy", "Accuracy"


class Resolution(models.IntegerChoices):
    """The resolutions of MedMNIST+, in pixels; a submission is for one of them."""

    R28 = 28, "28 × 28"
    R64 = 64, "64 × 64"
    R128 = 128, "128 × 128"
    R224 = 224, "224 × 224"


class PhaseQuerySet(models.QuerySet["Phase"]):
    """Phases by time."""

    def current(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that runs now: the latest opened, while it has not closed."""
        phase = self.latest_opened(now)
        return phase if phase and phase.is_open(now) else None

    def latest_opened(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that opened last, be it over or not."""
        return self.filter(opens_at__lte=now or timezone.now()).order_by("-opens_at", "-pk").first()

    def upcoming(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that opens next."""
        return self.filter(opens_at__gt=now or timezone.now()).order_by("opens_at").first()


class Phase(models.Model):
    """A span of time in which submissions are taken, with its limits."""

    name = models.CharField(max_length=100)
    opens_at = models.DateTimeField("opening")
    closes_at = models.DateTimeField("closing", null=True, blank=True, help_text="Empty: stays open.")
    daily_limit = models.PositiveIntegerField(
        "submissions a day", default=10, help_text="Per team and UTC day. Failed submissions do not count."
    )
    total_limit = models.PositiveIntegerField(
        "submissions in all", default=100, help_text="Per team in this phase. Failed ones do not count."
    )
    daily_failure_limit = models.PositiveIntegerField(
        "failed submissions a day",
        default=30,
        help_text="Per team and UTC day: failing is free, but not endless.",
    )

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=models.F("opens_at")),
                name="phase_closes_after_it_opens",
                violation_error_message="The phase must close after it opens.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime | None = None) -> bool:
        """Tell whether submissions are taken at that time."""
        now = now or timezone.now()
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


class GroundTruthQuerySet(models.QuerySet["GroundTruth"]):
    """Ground truths by activation."""

    def active(self) -> "GroundTruth | None":
        """Return the ground truth that entries are ranked by: the one activated last."""
        return self.filter(activated_at__isnull=False).order_by("-activated_at", "-pk").first()


class GroundTruth(models.Model):
    """The labels of all test splits. The labels themselves lie in a file outside the web root."""

    name = models.CharField(max_length=MAX_NAME_LENGTH, help_text="Shown on every page.")
    checksum = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the labels: their version."
    )
    is_demo = models.BooleanField("demo data", default=False, editable=False)
    created_at = models.DateTimeField("loaded", auto_now_add=True)
    activated_at = models.DateTimeField("activated", null=True, editable=False)

    objects = GroundTruthQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "ground truths"

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"

    @property
    def version(self) -> str:
        """The checksum's first 12 digits: enough to tell versions apart on a page."""
        return self.checksum[:12]

    @property
    def path(self) -> Path:
        """The npz file of the labels."""
        return settings.GROUND_TRUTH_DIR / f"{self.checksum}.npz"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Submissions by what counts."""

    def counted(self) -> Self:
        """Those that count towards a team's limits."""
        return self.filter(counts_toward_limits=True)

    def on_day(self, now: datetime) -> Self:
        """Those of the UTC day of that time."""
        start = day_start(now)
        return self.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))

    def public(self) -> Self:
        """Those that anyone may see: scored at least once, and not disqualified."""
        return self.filter(evaluations__scored_at__isnull=False, disqualified_at__isnull=True).distinct()


def submission_path(submission: "Submission", filename: str) -> str:
    """Where an upload is kept: a name of our own, so that nothing of the team's reaches the disk's paths."""
    suffix = ".csv.gz" if filename.lower().endswith(".gz") else ".csv"
    return f"{submission.team_id}/{submission.created_at:%Y%m%d-%H%M%S}-{submission.sha256[:16]}{suffix}"


class Submission(models.Model):
    """One file of predictions and what the team says of it."""

    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="submissions")
    created_at = models.DateTimeField("submitted", default=timezone.now, editable=False)
    resolution = models.PositiveSmallIntegerField(choices=Resolution)
    model_name = models.CharField("model name", max_length=100)
    description = models.TextField(max_length=2000)
    study_url = models.URLField("study", max_length=300, blank=True)
    code_url = models.URLField("code", max_length=300, blank=True)
    external_data = models.BooleanField("used data beyond MedMNIST+", default=False)
    file = models.FileField(upload_to=submission_path, max_length=200, editable=False)
    file_name = models.CharField("name of the file", max_length=200, editable=False)
    file_size = models.PositiveIntegerField("size of the file in bytes", editable=False)
    sha256 = models.CharField("SHA-256 of the file", max_length=64, editable=False)
    counts_toward_limits = models.BooleanField(
        default=True, editable=False, help_text="False once its first scoring failed."
    )
    disqualified_at = models.DateTimeField("disqualified", null=True, editable=False)
    disqualification_reason = models.TextField("reason", blank=True, editable=False)
    # The mail about the first outcome: due when that is known, claimed by the task that sends it.
    mail_due_at = models.DateTimeField(null=True, editable=False)
    mail_claimed_at = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField("mailed", null=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["team", "created_at"])]

    def __str__(self) -> str:
        return f"#{self.pk} {self.model_name}"

    def get_absolute_url(self) -> str:
        """The page of this submission."""
        return reverse("submission", args=[self.pk])

    @property
    def is_disqualified(self) -> bool:
        """Whether an organizer took it out of the ranking."""
        return self.disqualified_at is not None

    @property
    def is_public(self) -> bool:
        """Whether anyone may see it: as `SubmissionQuerySet.public`."""
        return not self.is_disqualified and any(e.scored_at for e in self.evaluations.all())

    def current_evaluation(self, ground_truth: GroundTruth | None) -> "Evaluation | None":
        """Return the evaluation that says how the submission stands: by the ranked versions, or the newest."""
        return max(self.evaluations.all(), key=lambda e: (e.is_by(ground_truth), e.created_at), default=None)

    def latest_scores(self, ground_truth: GroundTruth | None) -> "Evaluation | None":
        """Return the evaluation whose scores are shown: by the ranked versions, or the newest scored one."""
        scored = [evaluation for evaluation in self.evaluations.all() if evaluation.scored_at]
        return max(scored, key=lambda e: (e.is_by(ground_truth), e.created_at), default=None)


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    """Evaluations by state."""

    def scored(self) -> Self:
        """Those with scores (they keep them while they are scored again)."""
        return self.filter(scored_at__isnull=False)

    def active(self, ground_truth: GroundTruth | None) -> Self:
        """Those by today's scorer and against the given ground truth: the pair that is ranked."""
        return self.filter(ground_truth=ground_truth, scorer_version=SCORER_VERSION)

    def ranked(self, ground_truth: GroundTruth | None) -> Self:
        """Those that stand on the leaderboard."""
        return self.active(ground_truth).scored().filter(submission__disqualified_at__isnull=True)

    def stuck(self, now: datetime) -> Self:
        """Those whose task must have been lost: waiting or running for too long."""
        waiting = Q(status=Evaluation.Status.QUEUED, queued_at__lt=now - Evaluation.QUEUE_PATIENCE)
        running = Q(status=Evaluation.Status.SCORING, claimed_at__lt=now - Evaluation.LEASE)
        return self.filter(waiting | running)


class Evaluation(models.Model):
    """One scoring of a submission: a job with its state, and the means over the datasets when it is done."""

    class Status(models.TextChoices):
        """What a team sees of its submission."""

        QUEUED = "queued", "Queued"
        SCORING = "scoring", "Scoring"
        SCORED = "scored", "Scored"
        FAILED = "failed", "Failed"

    #: A worker that has not finished by then is dead: Celery's hard limit ends a task before.
    LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 15)
    #: A queued evaluation is enqueued again after this time, in case its message never arrived.
    QUEUE_PATIENCE = timedelta(seconds=30)
    #: After so many broken attempts the evaluation fails, so that no file can occupy the worker for ever.
    MAX_ATTEMPTS = 3

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="evaluations")
    ground_truth = models.ForeignKey(GroundTruth, models.PROTECT, related_name="evaluations")
    scorer_version = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    scored_at = models.DateTimeField(null=True, editable=False)
    problems = models.JSONField(default=list, editable=False, help_text="Why it failed, a sentence each.")
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
        """Whether its outcome is still to come."""
        return self.status in (self.Status.QUEUED, self.Status.SCORING)

    def is_by(self, ground_truth: GroundTruth | None) -> bool:
        """Whether it was made by today's scorer against that ground truth."""
        return ground_truth is not None and (
            (self.ground_truth_id, self.scorer_version) == (ground_truth.pk, SCORER_VERSION)
        )


class DatasetScore(models.Model):
    """The metrics of one dataset in an evaluation."""

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
    """What the figures of an evaluation are drawn from, by dataset: confusion matrix, ROC curves, reliability.

    A table of its own, so that lists of evaluations do not carry it; `scoring.curves` says what it holds.
    """

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="curves")
    datasets = models.JSONField(editable=False)

    def __str__(self) -> str:
        return f"Curves of {self.evaluation}"


#: What the architectures of published methods are called; the rows hold their timm names.
ARCHITECTURE_TITLES = {
    "vgg16": "VGG16",
    "alexnet": "AlexNet",
    "resnet18": "ResNet-18",
    "densenet121": "DenseNet-121",
    "efficientnet_b4": "EfficientNet-B4",
    "vit_base_patch16_224": "ViT-B/16",
    "vit_base_patch16_clip_224": "CLIP ViT-B/16",
    "eva02_base_patch16_clip_224": "EVA-02 ViT-B/16",
    "vit_base_patch16_224.dino": "DINO ViT-B/16",
    "samvit_base_patch16": "SAM ViT-B/16",
}


class PublishedMethod(models.Model):
    """A method whose results were published, at one resolution: shown beside the entries, told apart from them."""

    class Scheme(models.TextChoices):
        """How it was trained."""

        END_TO_END = "end-to-end", "end-to-end"
        LINEAR_PROBING = "linear-probing", "linear probing"
        KNN = "knn", "k-NN"
        MM_PT = "mm-pt", "mm-PT"

    scheme = models.CharField(max_length=20, choices=Scheme)
    architecture = models.CharField(max_length=60, help_text="Its timm name.")
    weighted_loss = models.BooleanField(default=False)
    resolution = models.PositiveSmallIntegerField(choices=Resolution)

    class Meta:
        ordering = ["scheme", "architecture", "weighted_loss", "resolution"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "architecture", "weighted_loss", "resolution"],
                name="one_row_per_published_method",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.get_scheme_display()}{', weighted loss' if self.weighted_loss else ''}"

    def get_absolute_url(self) -> str:
        """The page of this method's results."""
        return reverse("published_method", args=[self.pk])

    @property
    def title(self) -> str:
        """What the architecture is called."""
        return ARCHITECTURE_TITLES.get(self.architecture, self.architecture)


class PublishedScore(models.Model):
    """A figure as its source prints it, scaled to [0, 1] (kappa: [-1, 1])."""

    AVERAGE = "average"

    class Source(models.TextChoices):
        """Where it was published; the earlier source comes first where two give the same figure."""

        DOERRICH_2024 = "doerrich2024", "Doerrich et al. (2024)"
        THESIS_2024 = "thesis2024", "Bachmeier (2024)"

    method = models.ForeignKey(PublishedMethod, models.CASCADE, related_name="scores")
    source = models.CharField(max_length=20, choices=Source)
    dataset = models.CharField(max_length=30, help_text="A dataset's name, or the mean over the 12.")
    metric = models.CharField(max_length=20, choices=Metric)
    mean = models.FloatField()
    std = models.FloatField(null=True, help_text="Standard deviation over 3 seeds, where it was published.")

    class Meta:
        ordering = ["source"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "source", "dataset", "metric"], name="one_row_per_published_score"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method}, {self.dataset}: {self.get_metric_display()} {self.mean} ({self.get_source_display()})"


class Reference(models.Model):
    """A work of others that the Research page lists."""

    class Topic(models.TextChoices):
        """The sections of the page, in their order."""

        BENCHMARKS = "benchmarks", "Benchmarks and challenges"
        DATA = "data", "Data"
        METHODS = "methods", "Methods and their evaluation"
        REPORTING = "reporting", "Metrics, ranking and reporting"

    key = models.SlugField(unique=True, help_text="Its BibTeX key, such as yang2023medmnist.")
    topic = models.CharField(max_length=20, choices=Topic)
    title = models.CharField(max_length=300)
    authors = models.CharField(
        max_length=500, help_text="As they are cited: “Yang, J., Shi, R., Wei, D., et al.”"
    )
    venue = models.CharField(max_length=200, help_text="Journal, conference or preprint server.")
    year = models.PositiveSmallIntegerField()
    url = models.URLField("link", max_length=300, help_text="DOI as https://doi.org/..., or the work's page.")
    summary = models.TextField(blank=True, help_text="What it is to this benchmark, in a sentence or two.")
    bibtex = models.TextField("BibTeX", help_text="The whole entry, with the key above.")

    class Meta:
        ordering = ["topic", "year", "key"]

    def __str__(self) -> str:
        return self.key


class SitePage(models.Model):
    """A page that organizers write themselves, in Markdown."""

    class Slug(models.TextChoices):
        """The pages that there are; their addresses."""

        ABOUT = "about", "About"
        SITE_NOTICE = "site-notice", "Site notice"
        PRIVACY = "privacy", "Privacy"

    slug = models.CharField("page", max_length=20, choices=Slug, unique=True)
    body = models.TextField("text", help_text="Markdown. HTML that could run or load something is taken out.")
    updated_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.get_slug_display()

    def get_absolute_url(self) -> str:
        """The page itself."""
        return reverse("site_page", args=[self.slug])


def day_start(now: datetime) -> datetime:
    """Return the beginning of the UTC day: the limits of submissions count from there."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
