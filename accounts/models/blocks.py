"""Addresses that cannot register."""

from django.db import models
from django.utils import timezone


class BlockedAddress(models.Model):
    """E-mail address of a blocked team: it stays refused when the team's account is deleted."""

    email = models.EmailField("e-mail address", unique=True)
    created_at = models.DateTimeField("blocked", default=timezone.now, editable=False)

    class Meta:
        ordering = ["email"]
        verbose_name_plural = "blocked addresses"

    def __str__(self) -> str:
        return self.email
