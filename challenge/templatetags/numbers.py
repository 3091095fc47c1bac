"""Formats of numbers in templates."""

from collections.abc import Iterable
from typing import Protocol

from django import template

from challenge.formats import numbers
from challenge.formats.numbers import interval_text, ranks_text, signed
from challenge.results.rows import Row

register = template.Library()
register.filter(signed)


class HasInterval(Protocol):
    """A value that may have an interval: a score or a difference."""

    low: float | None
    high: float | None


@register.filter
def change_to(before: float, after: float) -> str:
    """Format the change of a score with its sign; one that four digits would hide has more."""
    change = after - before
    return signed(change, 4 if abs(change) >= 0.00005 else 7)


@register.filter
def interval(of: HasInterval) -> str:
    """Format an interval with four digits; empty without an interval."""
    return "" if of.low is None or of.high is None else interval_text(of.low, of.high)


register.filter("exponent", numbers.exponent)


@register.filter
def close_to_one(rows: Iterable[Row]) -> bool:
    """Return true if a row has a score with an interval close to 1."""
    return any(row.is_close_to_one for row in rows)


@register.filter
def signed_interval(of: HasInterval) -> str:
    """Format the interval of a difference; empty without an interval."""
    return "" if of.low is None or of.high is None else f"{signed(of.low)} to {signed(of.high)}"


@register.filter
def ranks(ends: tuple[int, int] | None) -> str:
    """Format a range of ranks; a dash if it is not known."""
    return ranks_text(ends) if ends else "–"


@register.filter
def chance(probability: float) -> str:
    """Format a probability in whole percent; less than 1 % and more than 99 % are said so."""
    if probability < 0.01:
        return "< 1 %"
    return "> 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


@register.filter
def p_value(p: float) -> str:
    """Format a p-value with four digits."""
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


@register.filter
def percent(share: float) -> str:
    """Format a share of replicates in percent; a share of 0 becomes "less than" the smallest possible share."""
    return f"{100 * share:.1f} %" if share else "< 0.1 %"
