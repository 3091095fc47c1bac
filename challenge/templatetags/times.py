"""Times in templates: written in UTC, and converted to the reader's time zone by `site.js`."""

from datetime import UTC, datetime

from django import template
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
    value = value.astimezone(UTC)
    return format_html('<time datetime="{}">{}</time>', f"{value:%Y-%m-%d}", format_date(value, "j M Y"))
