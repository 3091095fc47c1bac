"""Versions that scores depend on: a ground truth and the scorer. The ranked pair and the wanted pair.

The leaderboard ranks one pair. When organizers activate other labels, or the scorer's version rises, another pair is
wanted. `services.versions` makes the switch in one step, once all entries have an outcome by the wanted pair.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from challenge.models.ground_truths import GroundTruth
from challenge.scoring.metrics.ranked import SCORER_VERSION


@dataclass(frozen=True)
class Versions:
    """A ground truth, and a version of the scorer."""

    ground_truth: GroundTruth
    scorer: str
    #: Time since which entries are ranked by them, if they are.
    since: datetime | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.ground_truth}, scorer version {self.scorer}"

    @classmethod
    def of_this_software(cls, ground_truth: GroundTruth) -> Self:
        """Return a ground truth with the scorer of this software."""
        return cls(ground_truth, SCORER_VERSION)

    @property
    def can_be_scored(self) -> bool:
        """True if this software computes scores by these versions: an earlier scorer is gone after an update."""
        return self.scorer == SCORER_VERSION


class RankedVersions(models.Model):
    """One row with the ranked versions; no row before the first ground truth is activated."""

    ground_truth = models.ForeignKey(GroundTruth, models.PROTECT, related_name="+")
    scorer_version = models.CharField(max_length=20)
    since = models.DateTimeField(default=timezone.now, help_text="Time of the switch to these versions.")

    class Meta:
        verbose_name_plural = "ranked versions"

    def __str__(self) -> str:
        return str(self.versions)

    @property
    def versions(self) -> Versions:
        """The pair as a value."""
        return Versions(self.ground_truth, self.scorer_version, self.since)


def mark_of(versions: Versions | None) -> str:
    """Return the mark of versions: kept ranks and lines with the same mark belong together."""
    return f"{versions.ground_truth.version} {versions.scorer}" if versions else ""


def ranked_versions() -> Versions | None:
    """Return the versions that entries are ranked by; every reader of scores takes them from here, once."""
    row = RankedVersions.objects.select_related("ground_truth").filter(pk=1).first()
    return row.versions if row else None


def ranked_ground_truth() -> GroundTruth | None:
    """Return the labels that entries are ranked by."""
    versions = ranked_versions()
    return versions.ground_truth if versions else None


def wanted_versions() -> Versions | None:
    """Return the versions that all entries should have scores by: active labels, and the scorer of this software."""
    ground_truth = GroundTruth.objects.active()
    return Versions.of_this_software(ground_truth) if ground_truth else None
