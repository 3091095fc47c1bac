"""Times as texts, in UTC like the limits."""

from datetime import UTC, datetime

from django.utils.dateformat import format as format_date


def iso_day(value: datetime) -> str:
    """Return the day of a time as in ISO 8601."""
    return f"{value.astimezone(UTC):%Y-%m-%d}"


def day_text(value: datetime) -> str:
    """Return the day of a time in words."""
    return format_date(value.astimezone(UTC), "j M Y")
