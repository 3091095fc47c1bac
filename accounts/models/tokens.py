"""Tokens with which programs act for a team."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens by their state."""

    def valid(self, now: datetime | None = None) -> Self:
        """Keep the tokens that work: neither revoked nor expired, of an account that may log in."""
        lasts = Q(expires_at__isnull=True) | Q(expires_at__gt=now or timezone.now())
        return self.filter(lasts, revoked_at__isnull=True, team__is_active=True)


class ApiToken(models.Model):
    """Token of a team for the programming interface. The text itself is shown once and not stored."""

    class Scope(models.TextChoices):
        """Rights of a token."""

        READ = "read", "Read"
        SUBMIT = "submit", "Read and submit"

    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60, help_text="Where it is used, for example “cluster”.")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.SUBMIT)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the text.")
    created_at = models.DateTimeField("made", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("expires", null=True)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def may_submit(self) -> bool:
        """True if it may send, edit and withdraw entries."""
        return self.scope == self.Scope.SUBMIT

    @property
    def has_expired(self) -> bool:
        """True if its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()
