"""Revision counter that invalidates results computed from the leaderboard."""

from django.db import models
from django.db.models import F


class BoardRevision(models.Model):
    """One row with a number that grows whenever the content of the leaderboard may have changed.

    `services.board` advances it. Results computed from the leaderboard are cached under it (`leaderboard.cache`).
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
        """Invalidate everything cached under the current number."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.get_or_create(pk=1, defaults={"number": 1})
