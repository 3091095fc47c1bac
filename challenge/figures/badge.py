"""Badge for READMEs: two short texts side by side, as an SVG of its own, in the look of shields."""

from html import escape

HEIGHT, PAD = 20, 8
INK, LABEL, COLOUR, NEUTRAL = "#fff", "#444", "#0f5f73", "#6b6b6b"
#: Widths of Verdana at 11 px. `textLength` fits other fonts into them.
_WIDTHS = {" ": 3.9, ".": 4.0, ",": 4.0, "(": 5.0, ")": 5.0, "i": 3.0, "l": 3.0, "r": 4.7, "f": 3.9, "t": 4.3}
_CAPITAL, _OTHER = 7.8, 6.9


def draw_badge(label: str, message: str, *, is_neutral: bool = False) -> str:
    """Return the SVG of a badge; the same texts are its title for screen readers."""
    left, right = _width(label) + 2 * PAD, _width(message) + 2 * PAD
    width, title = left + right, escape(f"{label}: {message}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="edge"><rect width="{width}" height="{HEIGHT}" rx="3"/></clipPath>'
        '<g clip-path="url(#edge)">'
        f'<rect width="{left}" height="{HEIGHT}" fill="{LABEL}"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{NEUTRAL if is_neutral else COLOUR}"/></g>'
        f'<g fill="{INK}" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(label, PAD)}{_text(message, left + PAD)}</g></svg>"
    )


def _text(text: str, x: int) -> str:
    return f'<text x="{x}" y="14" textLength="{_width(text)}">{escape(text)}</text>'


def _width(text: str) -> int:
    return round(sum(_WIDTHS.get(c, _CAPITAL if c.isupper() else _OTHER) for c in text))
