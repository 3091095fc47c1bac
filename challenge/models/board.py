"""Revision counter that invalidates what was computed from the leaderboard."""

from django.db import models
from django.db.models import F


class BoardRevision(models.Model):
    """One row with a number that grows whenever something that the leaderboard shows may have changed.

    `services.board` advances it; what is computed from the leaderboard is kept under it (`leaderboard.cache`).
    """

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Revision {self.number} of the leaderboard"

    @classmethod
    def current(cls) -> int:
        """Return the number."""
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0

    @classmethod
    def advance(cls) -> None:
        """Make everything that was kept under the number up to now out of date."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.get_or_create(pk=1, defaults={"number": 1})
