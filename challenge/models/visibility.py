"""Rule for the end of an entry's anonymity, shared by forms and services."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from challenge.models.phases import day_start

#: Longest time until an announced end of anonymity: two years.
LONGEST_ANONYMITY = timedelta(days=730)


def problem_of_end(until: date | None, now: datetime | None = None) -> str:
    """Return the reason why anonymity cannot end on this day (UTC); empty if it can, or if no end is given."""
    if until is None:
        return ""
    today = day_start(now or timezone.now()).date()
    if until <= today:
        return "This day is not in the future. Days begin at 00:00 UTC."
    if until > (latest := today + LONGEST_ANONYMITY):
        return f"This day is more than two years away. The last possible day is {latest:%-d %B %Y}."
    return ""
