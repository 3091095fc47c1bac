"""Times in templates: written in UTC, and converted to the reader's time zone by `site.js`."""

from datetime import UTC, datetime

from django import template
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from challenge.formats.times import in_utc

register = template.Library()


@register.filter
def moment(value: datetime) -> SafeString:
    """Format a time to the minute."""
    stamp = value.astimezone(UTC).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', stamp, in_utc(value))


@register.filter
def day(value: datetime) -> SafeString:
    """Format the day of a time, in UTC like the limits."""
    value = value.astimezone(UTC)
    return format_html('<time datetime="{}">{}</time>', f"{value:%Y-%m-%d}", format_date(value, "j M Y"))
