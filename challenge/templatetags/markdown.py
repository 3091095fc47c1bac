"""Texts that organizers write, as HTML."""

from django import template
from django.utils.safestring import SafeString

from challenge.formats.markdown import to_html

register = template.Library()


@register.filter
def markdown(text: str, below: int = 1) -> SafeString:
    """Convert the organizers' Markdown to HTML below a heading of a level; it can neither run nor load anything."""
    return to_html(text, below=below)
