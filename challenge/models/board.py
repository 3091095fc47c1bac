"""Results computed from the leaderboard: the revision that makes them out of date, the results, and the lines."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from challenge.models.choices import Resolution


class BoardRevision(models.Model):
    """One row with a number that grows with each change of the leaderboard, in the transaction of the change.

    `services.board` advances it. Results of the leaderboard are made under a revision (`BoardResult`).
    """

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Revision {self.number} of the leaderboard"

    @classmethod
    def current(cls) -> int:
        """Return the current number."""
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0

    @classmethod
    def advance(cls) -> None:
        """Make all results of the current number out of date."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.get_or_create(pk=1, defaults={"number": 1})


class BoardResultQuerySet(models.QuerySet["BoardResult"]):
    """Results by name and state."""

    def light(self) -> Self:
        """Leave the content, which can be megabytes, in the database until it is read."""
        return self.defer("content")

    def claim(self) -> bool:
        """Claim the results, so that no other process makes them meanwhile; false if another one does."""
        now = timezone.now()
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - BoardResult.LEASE)
        return bool(self.filter(free).update(claimed_at=now))


class BoardResult(models.Model):
    """A result computed from the leaderboard, kept until a newer one replaces it: see `leaderboard.store`."""

    #: A process that has not finished after this time is dead.
    LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 15)
    #: State of results that another version of the software may have made.
    OF_ANOTHER_VERSION = "another version"

    name = models.CharField(max_length=200, unique=True)
    state = models.CharField(
        max_length=60,
        blank=True,
        help_text="State of the site when it was made; empty before the first time.",
    )
    made_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0, help_text="Time that it took to make.")
    content = models.BinaryField(default=b"")
    asked_on = models.DateField(help_text="UTC day of the last reader; unread results are removed.")
    claimed_at = models.DateTimeField(null=True, help_text="Time since which a process makes it.")

    objects = BoardResultQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class BoardLine(models.Model):
    """One line of the leaderboard, as readers see it under every ranking: all but its ranks.

    `leaderboard.stored_lines` writes and reads lines.
    """

    resolution = models.PositiveSmallIntegerField(choices=Resolution)
    board = models.PositiveBigIntegerField(default=0, help_text="Number of the phase; 0 for the first phase.")
    scored_by = models.CharField(
        max_length=40,
        default="",
        help_text="Versions behind its scores: see `versions.mark_of`.",
    )
    key = models.CharField(max_length=12, help_text="Kind and number of the row, as in addresses: s12.")
    version = models.CharField(max_length=64, help_text="Hash of everything that the line is made from.")
    shown = models.TextField(help_text="Texts and marks of the table, as JSON.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resolution", "board", "scored_by", "key"], name="one_line_of_each_row_by_versions"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} at {self.resolution}"
