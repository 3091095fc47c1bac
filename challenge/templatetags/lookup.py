"""Lookup of values in templates."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """Return `mapping[key]`, or None."""
    return mapping.get(key)


@register.filter
def attribute(row: object, name: str) -> Any:
    """Return an attribute of an object by its name."""
    return getattr(row, name)
