"""History of what organizers did, and of changed scores: lines are added, never changed or removed."""

from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

#: Every act about a flag of integrity ends with these words.
OF_A_FLAG = " a flag"


class AppendOnlyError(TypeError):
    """Somebody tried to change or remove a line of the history."""

    def __init__(self) -> None:
        super().__init__("Lines of the history cannot be changed or removed.")


class HistoryQuerySet(models.QuerySet["HistoryLine"]):
    """Lines of the history, which can only be read and added."""

    def shown_to(self, user: Any) -> Self:
        """Leave out decisions about flags of integrity, if the user may not see flags."""
        if user.has_perm("challenge.view_integrityflag"):
            return self
        return self.exclude(action__endswith=OF_A_FLAG)

    def update(self, **values: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError


class HistoryLine(models.Model):
    """One act of an organizer, or one change of an entry's scores: who, when, on what, before, after, why.

    `services.history.record` adds lines in the transaction of the act. The names are kept as texts, because rows can be
    removed: a reference to a removed row becomes null, and the line stays.
    """

    at = models.DateTimeField("time", default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="acts",
        help_text="Organizer; empty if a command or the site itself acted.",
    )
    actor_name = models.CharField("who", max_length=64, editable=False)
    action = models.CharField(
        "act", max_length=60, editable=False, help_text="In the past tense: disqualified."
    )
    subject = models.CharField(
        "on", max_length=200, editable=False, help_text="Name of the row at the time of the act."
    )
    submission = models.ForeignKey(
        "Submission", models.SET_NULL, null=True, editable=False, related_name="history"
    )
    team = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="history",
        help_text="Team that the act concerns.",
    )
    before = models.JSONField(default=dict, editable=False, help_text="Earlier values by name.")
    after = models.JSONField(default=dict, editable=False, help_text="New values by name.")
    reason = models.TextField("why", blank=True, editable=False)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "line of the history"
        verbose_name_plural = "lines of the history"
        permissions = [("export_data", "Can export submissions, teams and history as CSV")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.action} by {self.actor_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the line; refuse to change it later."""
        if self.pk:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError
