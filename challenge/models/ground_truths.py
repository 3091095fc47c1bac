"""Labels that submissions are scored against."""

from pathlib import Path

from django.conf import settings
from django.db import models

from challenge import files

MAX_NAME_LENGTH = 100


class GroundTruthQuerySet(models.QuerySet["GroundTruth"]):
    """Ground truths by activation."""

    def active(self) -> "GroundTruth | None":
        """Return the ground truth used for ranking: the last activated one."""
        return self.filter(activated_at__isnull=False).order_by("-activated_at", "-pk").first()


class GroundTruth(models.Model):
    """Labels of all test splits, stored in a file outside the web root."""

    name = models.CharField(max_length=MAX_NAME_LENGTH, help_text="Shown on every page.")
    checksum = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the labels, used as their version."
    )
    is_demo = models.BooleanField("demo data", default=False, editable=False)
    created_at = models.DateTimeField("loaded", auto_now_add=True)
    activated_at = models.DateTimeField("activated", null=True, editable=False)
    activation = models.ForeignKey(
        "HistoryLine",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="Line of the history about the last activation.",
    )
    is_official = models.BooleanField(
        "official labels",
        null=True,
        editable=False,
        help_text="Found when the labels were loaded; unknown for labels that an earlier version of the site loaded.",
    )
    origin = models.TextField(
        "origin", blank=True, editable=False, help_text="Reasons for this finding, one a line."
    )

    objects = GroundTruthQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "ground truths"

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"

    @property
    def version(self) -> str:
        """First 12 digits of the checksum: enough to distinguish versions on a page."""
        return self.checksum[:12]

    @property
    def place(self) -> Path:
        """Place of the npz file of the labels: see `challenge.files`."""
        return settings.GROUND_TRUTH_DIR / f"{self.checksum}.npz"

    @property
    def path(self) -> Path:
        """Path of the npz file of the labels on this machine."""
        return files.fetched(self.place)
