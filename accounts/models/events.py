"""Log of accounts: log-ins, failures, and changes of what an account logs in with."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.team_names import MAX_LENGTH


class AccountEvent(models.Model):
    """One event of an account. `accounts.log` adds events, and forgets them after `ACCOUNT_LOG_DAYS`."""

    class Kind(models.TextChoices):
        """Kind of the event."""

        LOGIN = "login", "Logged in"
        LOGIN_FAILED = "login failed", "Log-in failed"
        CODE_FAILED = "code failed", "Second factor failed"
        LOCKED = "locked", "Refused after too many failures"
        LOGOUT = "logout", "Logged out"
        JOINED = "joined", "Accepted an invitation"
        NAME = "name", "Name changed"
        EMAIL_ASKED = "email asked", "Change of the address requested"
        EMAIL = "email", "Address changed"
        PASSWORD = "password", "Password changed"
        FACTOR_ON = "factor on", "Authenticator app added"
        FACTOR_OFF = "factor off", "Authenticator app removed"
        PASSKEY_ON = "passkey on", "Passkey added"
        PASSKEY_OFF = "passkey off", "Passkey removed"
        CODES = "codes", "Recovery codes made"
        CODE_USED = "code used", "Recovery code used"
        TOKEN = "token", "Token made"
        TOKEN_REVOKED = "token revoked", "Token revoked"

    at = models.DateTimeField("time", default=timezone.now, editable=False, db_index=True)
    kind = models.CharField("event", max_length=20, choices=Kind, editable=False)
    team = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="account_events"
    )
    name = models.CharField(
        "account",
        max_length=MAX_LENGTH,
        editable=False,
        help_text="Name at the time; of a name that is no account, only the beginning.",
    )
    address = models.GenericIPAddressField("network address", null=True, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "event of an account"
        verbose_name_plural = "events of accounts"

    def __str__(self) -> str:
        return f"{self.name}: {self.get_kind_display()}"
