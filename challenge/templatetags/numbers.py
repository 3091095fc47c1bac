"""Numbers in templates."""

from typing import Protocol

from django import template

register = template.Library()


class HasInterval(Protocol):
    """What may have an interval: a score, a difference."""

    low: float | None
    high: float | None


@register.filter
def signed(value: float) -> str:
    """Write a difference with its sign and four digits."""
    return f"{value:+.4f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def interval(of: HasInterval) -> str:
    """Write the ends of an interval with four digits; nothing where there is none."""
    if of.low is None or of.high is None:
        return ""
    low, high = (f"{end:.4f}".replace("-", "\N{MINUS SIGN}") for end in (of.low, of.high))
    return f"{low} to {high}" if of.low < 0 else f"{low}–{high}"


@register.filter
def signed_interval(of: HasInterval) -> str:
    """Write the ends of the interval of a difference; nothing where there is none."""
    return "" if of.low is None or of.high is None else f"{signed(of.low)} to {signed(of.high)}"


@register.filter
def ranks(ends: tuple[int, int] | None) -> str:
    """Write the ranks from the first to the last; a dash where they are not known."""
    if ends is None:
        return "–"
    low, high = ends
    return str(low) if low == high else f"{low}–{high}"


@register.filter
def percent(share: float) -> str:
    """Write a share of replicates in percent; of what none of them shows, that it is less than they resolve."""
    return f"{100 * share:.1f} %" if share else "< 0.1 %"
