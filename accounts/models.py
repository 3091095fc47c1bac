"""The user model: one account per team."""

import hashlib
import unicodedata

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone


def normalize_team_name(name: str) -> str:
    """Return the name as it is stored and shown: NFKC, every run of white space one plain blank."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def team_name_key(name: str) -> str:
    """Return what two equal team names share, whatever their case and white space: 64 hex digits.

    A digest and not the folded name, so that the database's own idea of equal text (a collation that
    takes "é" for "e", say) has no part in what counts as the same name.
    """
    return hashlib.sha256(normalize_team_name(name).casefold().encode()).hexdigest()


class TeamManager(BaseUserManager["Team"]):
    """Creates teams with normalised names and hashed passwords."""

    def get_by_natural_key(self, username: str | None) -> "Team":
        """Find a team by its name as somebody would type it: case and white space do not matter."""
        return self.get(name_key=team_name_key(username or ""))

    def create_user(self, name: str, email: str, password: str | None = None, **fields: bool) -> "Team":
        """Create a team's account."""
        team = self.model(name=name, email=self.normalize_email(email), **fields)
        team.set_password(password)
        team.save(using=self._db)
        return team

    def create_superuser(self, name: str, email: str, password: str | None = None) -> "Team":
        """Create an organizer's account, with every right in the admin."""
        return self.create_user(name, email, password, is_staff=True, is_superuser=True)


class Team(AbstractBaseUser, PermissionsMixin):
    """A team that takes part, or an organizer (`is_staff`)."""

    name = models.CharField("team name", max_length=60)
    name_key = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField("e-mail address", unique=True, null=True)
    is_staff = models.BooleanField("organizer", default=False, help_text="May enter the admin site.")
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField("registered", default=timezone.now, editable=False)
    closed_at = models.DateTimeField("account deleted", null=True, editable=False)

    objects = TeamManager()

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Keep the name normalised and its key in step with it."""
        self.name = normalize_team_name(self.name)
        self.name_key = team_name_key(self.name)
        super().save(*args, **kwargs)
