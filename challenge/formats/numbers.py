"""Numbers as texts."""

from decimal import Decimal


def four_digits(value: float) -> str:
    """Return a number with four digits after the point."""
    return f"{value:.4f}".replace("-", "\N{MINUS SIGN}")


def three_figures(value: float) -> str:
    """Return a number with three significant digits and no exponent."""
    return f"{Decimal(f'{value:.3g}'):,f}"


def signed(value: float, digits: int = 4) -> str:
    """Return a difference with its sign and four digits, or another number of digits."""
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def interval_text(low: float, high: float) -> str:
    """Return an interval with four digits."""
    return (
        f"{four_digits(low)} to {four_digits(high)}" if low < 0 else f"{four_digits(low)}–{four_digits(high)}"
    )


def ranks_text(ends: tuple[int, int]) -> str:
    """Return a range of ranks."""
    low, high = ends
    return str(low) if low == high else f"{low}–{high}"


def plain(value: float) -> str:
    """Return a number with at most six significant digits, without an exponent or final zeros."""
    return f"{Decimal(f'{value:.6g}'):f}"


def exponent(value: float) -> str:
    """Return a tiny number with one significant digit: 2e-16."""
    return f"{value:.0e}" if value else "0"
