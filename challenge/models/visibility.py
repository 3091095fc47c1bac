"""Visibility of entries: the conditions behind the named queries of submissions, evaluations and groups.

Each condition takes the prefix of the path to the submission, for example `submission__`.
"""

from datetime import date

from django.db.models import Q, TextChoices
from django.utils import timezone

from challenge.models.phases import day_start


class Visibility(TextChoices):
    """Who sees a scored entry; all count towards the limits."""

    PUBLIC = "public", "Public"
    ANONYMOUS = "anonymous", "Anonymous"
    PRIVATE = "private", "Private"


def today() -> date:
    """Return the current UTC day, from whose start the dates of anonymity count."""
    return day_start(timezone.now()).date()


def not_removed(prefix: str = "") -> Q:
    """Match submissions that are neither disqualified nor withdrawn."""
    return Q(**{f"{prefix}disqualified_at__isnull": True, f"{prefix}withdrawn_at__isnull": True})


def not_private(prefix: str = "") -> Q:
    """Match submissions that others than their team and the organizers may see, named or anonymous."""
    return Q(**{f"{prefix}visibility__in": [Visibility.PUBLIC, Visibility.ANONYMOUS]})


def named(prefix: str = "") -> Q:
    """Match submissions that show their team to everybody: public, or anonymous until a day that has come."""
    revealed = Q(**{f"{prefix}visibility": Visibility.ANONYMOUS, f"{prefix}anonymous_until__lte": today()})
    return Q(**{f"{prefix}visibility": Visibility.PUBLIC}) | revealed
