"""Times in words, in UTC."""

from datetime import UTC, datetime, timedelta

from django.utils.dateformat import format as format_date

from challenge.formats.texts import counted


def in_utc(time: datetime) -> str:
    """Return a time to the minute with its zone: 30 November 2026, 12:00 UTC."""
    return f"{format_date(time.astimezone(UTC), 'j F Y, H:i')} UTC"


def in_utc_day(time: datetime) -> str:
    """Return the day of a time, in UTC: 30 November 2026."""
    return str(format_date(time.astimezone(UTC), "j F Y"))


def utc(time: datetime) -> str:
    """Return a time in ISO 8601, in UTC, to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def in_words(span: timedelta) -> str:
    """Return a span in the largest unit that fits, rounded: 40 seconds, 3 minutes, 2 hours, 5 days."""
    seconds = max(1.0, span.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return counted(round(seconds / size), unit)
    return counted(round(seconds), "second")


def seconds_of(span: timedelta | None) -> float | None:
    """Return a span in seconds, to the millisecond."""
    return None if span is None else round(span.total_seconds(), 3)
