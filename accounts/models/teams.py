"""The user model: one account per team."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.functional import cached_property

from accounts.team_names import (
    MAX_LENGTH,
    looks_like_email,
    normalize_team_name,
    team_name_key,
    validate_team_name,
)

NAME_TAKEN = "A team with this name is already registered. Please choose another name."

#: What counts as a second factor; recovery codes only replace one that is lost.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class TeamManager(BaseUserManager["Team"]):
    """Creates teams with normalised names and hashed passwords, and finds teams by the names that people type."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address in lower case, with an ASCII domain.

        Stored addresses then compare in the same way on every database, regardless of its collation.
        """
        local, at, domain = (email or "").strip().lower().rpartition("@")
        try:
            return f"{local}{at}{punycode(domain)}"
        except UnicodeError:  # not a domain at all: nobody has this address
            return f"{local}{at}{domain}"

    def get_by_natural_key(self, username: str | None) -> "Team":
        """Find a team by its name as people type it: case and white space do not matter."""
        return self.get(name_key=team_name_key(username or ""))

    def by_login(self, login: str) -> "Team | None":
        """Find a team by its login: its name or its e-mail address."""
        if not looks_like_email(login):
            return self.filter(name_key=team_name_key(login)).first()
        email = self.normalize_email(login)
        team = self.filter(email=email).first()
        return team if team and team.email == email else None  # a collation may match unequal addresses

    def create_user(self, name: str, email: str, password: str | None = None, **fields: bool) -> "Team":
        """Create a team's account."""
        team = self.model(name=name, email=email, **fields)
        team.set_password(password)
        team.save(using=self._db)
        return team

    def create_superuser(self, name: str, email: str, password: str | None = None) -> "Team":
        """Create an organizer's account, with every right in the admin; its address counts as confirmed."""
        team = self.create_user(name, email, password, is_staff=True, is_superuser=True)
        team.replace_email(email, verified=True)
        return team


class Team(AbstractBaseUser, PermissionsMixin):
    """A team that takes part, or an organizer (`is_staff`)."""

    name = models.CharField(
        "team name",
        max_length=MAX_LENGTH,
        validators=[validate_team_name],
        help_text="Shown on the leaderboard. Names that differ in case or blanks only count as the same.",
    )
    name_key = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField("e-mail address", unique=True, null=True)  # noqa: DJ001 - many deleted teams have none
    is_staff = models.BooleanField("organizer", default=False, help_text="May enter the admin site.")
    is_active = models.BooleanField("active", default=True, help_text="May log in.")
    created_at = models.DateTimeField("registered", default=timezone.now, editable=False)
    closed_at = models.DateTimeField("account deleted", null=True, editable=False)
    blocked_at = models.DateTimeField("blocked", null=True, editable=False)

    objects = TeamManager()

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        ordering = ["name"]
        permissions = [
            ("manage_team", "Can act for teams: names, addresses, limits, blocks, closing of accounts"),
            ("administer_accounts", "Can invite people, give roles, and change accounts of organizers"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Normalise name and address, and refuse the name of another team."""
        self.name = normalize_team_name(self.name)
        self.email = Team.objects.normalize_email(self.email) or None
        if Team.objects.filter(name_key=team_name_key(self.name)).exclude(pk=self.pk).exists():
            raise ValidationError({"name": ValidationError(NAME_TAKEN, "name_taken")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Normalise name and address, and update the name's key."""
        self.name = normalize_team_name(self.name)
        self.name_key = team_name_key(self.name)
        self.email = Team.objects.normalize_email(self.email) or None
        if "name" in (fields := kwargs.get("update_fields") or []):
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)

    @cached_property
    def has_second_factor(self) -> bool:
        """True if log-ins of this account ask for a passkey, or for a code of an authenticator app."""
        return Authenticator.objects.filter(user=self, type__in=SECOND_FACTORS).exists()

    @transaction.atomic
    def replace_email(self, email: str, *, verified: bool) -> None:
        """Make this the team's only address, here and in allauth's table of addresses."""
        self.email = email
        self.save(update_fields=["email"])
        EmailAddress.objects.filter(user=self).delete()
        EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=verified)
