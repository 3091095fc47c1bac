"""Cells of a line, after RFC 4180."""

import re

_QUOTED = re.compile(r'[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*(,|\Z)')
_BLANKS_AND_QUOTE = re.compile(r'[ \t]*"')
_PLAIN = re.compile(r"([^,]*)(,|\Z)")


def split_cells(text: str) -> list[str] | None:
    """Return the cells of a line, without the quotes and the blanks around them; None if a quote is not closed."""
    if '"' not in text:
        return text.split(",")
    cells, at = [], 0
    while True:
        is_quoted = _BLANKS_AND_QUOTE.match(text, at)
        match = (_QUOTED if is_quoted else _PLAIN).match(text, at)
        if match is None:
            return None
        cells.append(match[1].replace('""', '"') if is_quoted else match[1])
        if not match[2]:
            return cells
        at = match.end()
