"""Invitations of organizers."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from accounts.team_names import MAX_LENGTH, validate_team_name


class Invitation(models.Model):
    """Invitation that waits for an answer; `accounts.invitations` removes it when the person accepts."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(
        max_length=MAX_LENGTH,
        validators=[validate_team_name],
        help_text="Name of the account. The invited person can choose another one.",
    )
    role = models.ForeignKey(Group, models.CASCADE, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    #: Time of the newest mail: only its link works.
    sent_at = models.DateTimeField("sent", default=timezone.now)

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.email})"

    @property
    def expires_at(self) -> datetime:
        """Time until which the link works."""
        return self.sent_at + timedelta(days=settings.INVITATION_DAYS)

    @property
    def has_expired(self) -> bool:
        """True if the link does not work any more."""
        return timezone.now() >= self.expires_at
