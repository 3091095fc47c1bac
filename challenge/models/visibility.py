"""Visibility of entries: the conditions behind the named queries of submissions, evaluations and groups.

Each condition takes the prefix of the path to the submission, for example `submission__`.
"""

from datetime import date, timedelta

from django.db.models import Q, TextChoices
from django.utils import timezone

from challenge.models.phases import day_start

#: Longest time until an announced end of anonymity: two years.
LONGEST_ANONYMITY = timedelta(days=730)


class Visibility(TextChoices):
    """Readers of a scored entry. Entries of every visibility count towards the limits."""

    PUBLIC = "public", "Public"
    ANONYMOUS = "anonymous", "Anonymous"
    PRIVATE = "private", "Private"


def today() -> date:
    """Return the current UTC day, from whose start the dates of anonymity count."""
    return day_start(timezone.now()).date()


def not_removed(prefix: str = "") -> Q:
    """Match submissions that are neither disqualified, held nor withdrawn."""
    times = ("disqualified_at", "held_at", "withdrawn_at")
    return Q(**{f"{prefix}{time}__isnull": True for time in times})


def not_private(prefix: str = "") -> Q:
    """Match submissions that others than their team and the organizers may see, named or anonymous.

    Nobody else sees an entry before the results of its phase are public.
    """
    seen_by_others = [Visibility.PUBLIC, Visibility.ANONYMOUS]
    return Q(**{f"{prefix}visibility__in": seen_by_others, f"{prefix}awaits_publication": False})


def named(prefix: str = "") -> Q:
    """Match submissions that show their team to everybody: public, or anonymous until a day that has come."""
    revealed = Q(**{f"{prefix}visibility": Visibility.ANONYMOUS, f"{prefix}anonymous_until__lte": today()})
    return Q(**{f"{prefix}visibility": Visibility.PUBLIC}) | revealed


def problem_of_end(until: date | None) -> str:
    """Return the reason why anonymity cannot end on this day (UTC); empty if it can, or if no end is given."""
    if until is None:
        return ""
    if until <= today():
        return "This day is not in the future. Days begin at 00:00 UTC."
    if until > (latest := today() + LONGEST_ANONYMITY):
        return f"This day is more than two years away. The last possible day is {latest:%-d %B %Y}."
    return ""
