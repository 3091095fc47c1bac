"""Times in templates: written in UTC, and converted to the reader's time zone by `site.js`."""

from datetime import UTC, datetime

from django import template
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from challenge.formats.times import day_text, iso_day

register = template.Library()


@register.filter
def moment(value: datetime) -> SafeString:
    """Format a time to the minute."""
    value = value.astimezone(UTC)
    text = format_date(value, "j F Y, H:i")
    return format_html('<time datetime="{}">{} UTC</time>', value.isoformat(timespec="seconds"), text)


@register.filter
def day(value: datetime) -> SafeString:
    """Format the day of a time, in UTC like the limits."""
    return format_html('<time datetime="{}">{}</time>', iso_day(value), day_text(value))
