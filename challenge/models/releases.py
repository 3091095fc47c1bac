"""Releases: the leaderboard as it was, frozen under a name. No later change of an entry or a model changes a release.

Its rows are plain values of a format with a number (`Release.format`), without references to entries: these can be
scored again, edited, withdrawn and deleted. The archive is a file, of which the release keeps the checksum.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from challenge.models.choices import Resolution
from challenge.models.jobs import Job, JobQuerySet, JobStatus

#: Pattern of a name: a year, and a number in the year.
RELEASE_NAME = r"[0-9]{4}\.[1-9][0-9]?"


class ReleaseQuerySet(JobQuerySet["Release"]):
    """Releases by state."""

    def frozen(self) -> Self:
        """Keep releases that everybody sees, the newest first."""
        return self.filter(status=JobStatus.DONE).order_by("-frozen_at", "-pk")


class Release(Job):
    """A frozen leaderboard: a job until a worker has frozen it, and unchanged afterwards except for its DOI."""

    Status = JobStatus
    RUNNING = Status.RUNNING
    QUEUE_PATIENCE = timedelta(seconds=60)
    #: Format of the rows that this software writes: see `releases.rows`.
    FORMAT = 1
    #: Time limit of freezing thousands of entries; a hundred take seconds.
    SECONDS = 600
    LEASE = timedelta(seconds=SECONDS + 60)

    name = models.CharField(
        max_length=7,
        unique=True,
        validators=[RegexValidator(rf"^{RELEASE_NAME}\Z", "Enter a year and a number, such as 2027.1.")],
        help_text="A year and a number: 2027.1.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, editable=False)
    asked_at = models.DateTimeField("asked for", default=timezone.now, editable=False)
    frozen_at = models.DateTimeField("frozen", null=True, editable=False)
    format = models.PositiveSmallIntegerField(default=FORMAT, editable=False, help_text="Format of the rows.")
    head = models.JSONField(
        default=dict, editable=False, help_text="Benchmark, versions behind the numbers, and numbers of rows."
    )
    archive_name = models.CharField("archive", max_length=60, blank=True, editable=False)
    archive_sha256 = models.CharField("SHA-256 of the archive", max_length=64, blank=True, editable=False)
    archive_size = models.PositiveBigIntegerField("size in bytes", default=0, editable=False)
    doi = models.CharField(
        "DOI", max_length=120, blank=True, help_text="Of the deposited archive: 10.5281/zenodo.1234567."
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"BIG {self.name}"

    def get_absolute_url(self) -> str:
        """Return the URL of the release's page."""
        return reverse("release", args=[self.name])

    @property
    def is_frozen(self) -> bool:
        """True if everybody sees it."""
        return self.status == JobStatus.DONE

    @property
    def archive_path(self) -> Path:
        """Place of the archive: see `challenge.files`."""
        return settings.RELEASES_DIR / self.archive_name

    @property
    def is_demo(self) -> bool:
        """True if its scores come from synthetic labels and mean nothing."""
        return bool(self.labels.get("is_demo"))

    @property
    def labels(self) -> dict[str, Any]:
        """Name, checksum and kind of the labels; empty if there were none."""
        return self.head.get("versions", {}).get("ground_truth") or {}

    @property
    def n_entries(self) -> int:
        """Number of rows of entries at all resolutions; the seeds of a method are one."""
        return sum(counts["entries"] for counts in self.head.get("rows_by_resolution", {}).values())

    @property
    def doi_url(self) -> str:
        """Link of the DOI; empty without one."""
        return f"https://doi.org/{self.doi}" if self.doi else ""


class ReleaseRow(models.Model):
    """One row of a release, as plain values: `releases.rows` describes them."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="rows")
    resolution = models.PositiveSmallIntegerField(choices=Resolution)
    key = models.CharField(max_length=12, help_text="Kind and number of the row, as in addresses: s12.")
    values = models.JSONField(editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "key"], name="one_row_of_each_key_in_a_release")
        ]
        indexes = [models.Index(fields=["key"])]

    def __str__(self) -> str:
        return f"{self.key} in {self.release}"


class ReleaseMember(models.Model):
    """Number of a submission behind a row of a release: the entry itself, or a seed of a group."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="members")
    key = models.CharField(max_length=12, help_text="Key of the row.")
    number = models.PositiveIntegerField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "number"], name="one_row_of_each_submission_in_a_release"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number} in {self.release}"
