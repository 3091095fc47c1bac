"""Phases: when submissions are accepted, and how many."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone


class PhaseQuerySet(models.QuerySet["Phase"]):
    """Phases by time."""

    def current(self, now: datetime | None = None) -> "Phase | None":
        """Return the current phase: the last opened one, unless it has closed."""
        phase = self.latest_opened(now)
        return phase if phase and phase.is_open(now) else None

    def latest_opened(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that opened last, even if it is over."""
        return self.filter(opens_at__lte=now or timezone.now()).order_by("-opens_at", "-pk").first()

    def upcoming(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that opens next."""
        return self.filter(opens_at__gt=now or timezone.now()).order_by("opens_at").first()


class Phase(models.Model):
    """Period in which submissions are accepted, with its limits."""

    name = models.CharField(max_length=100)
    opens_at = models.DateTimeField("opening")
    closes_at = models.DateTimeField(
        "closing", null=True, blank=True, help_text="Leave empty to keep it open."
    )
    daily_limit = models.PositiveIntegerField(
        "submissions a day", default=10, help_text="Per team and UTC day. Failed submissions do not count."
    )
    total_limit = models.PositiveIntegerField(
        "submissions in total",
        default=100,
        help_text="Per team in this phase. Failed submissions do not count.",
    )
    daily_failure_limit = models.PositiveIntegerField(
        "failed submissions a day",
        default=30,
        help_text="Per team and UTC day: failed submissions are free up to this number.",
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
        """Return whether submissions are accepted at the given time."""
        now = now or timezone.now()
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


def day_start(now: datetime) -> datetime:
    """Return the start of the UTC day, from which daily limits count."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
