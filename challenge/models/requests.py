"""Requests of programs that may be sent twice."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenge.models.submissions import Submission


class SubmitRequest(models.Model):
    """Request that made a submission, by the key that its sender chose: sent again, it makes no second one."""

    #: Time for which a key is remembered.
    KEPT = timedelta(days=7)

    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of the key: databases may compare texts without case."
    )
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the file and the statements.")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "digest"], name="one_request_of_each_key")]

    def __str__(self) -> str:
        return f"Request of {self.team} for {self.submission}"
