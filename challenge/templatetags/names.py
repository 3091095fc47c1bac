"""Long names in templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

#: Number of last characters of a file name that always stay in sight: "seed-128.csv.gz".
KEPT = 16


@register.filter
def file_name(name: str) -> SafeString:
    """Shorten a file name in its middle where it is too long for the line; its end tells files apart."""
    start, end = name[:-KEPT], name[-KEPT:]
    return format_html(
        '<span class="file-name" title="{}"><span>{}</span><span>{}</span></span>', name, start, end
    )
