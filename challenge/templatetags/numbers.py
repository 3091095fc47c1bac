"""Numbers in templates."""

from django import template

register = template.Library()


@register.filter
def signed(value: float) -> str:
    """Write a difference with its sign and four digits."""
    return f"{value:+.4f}".replace("-", "\N{MINUS SIGN}")
