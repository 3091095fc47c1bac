"""Tables for notebooks."""

from collections.abc import Iterable, Sequence
from html import escape

_LEFT = ' style="text-align: left"'


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], notes: Iterable[str] = ()) -> str:
    """Return a table, and sentences below it. A line break in a cell starts a smaller line.

    Args:
        heads: names of the columns.
        rows: cells of each row; the first one names the row.
        notes: sentences.

    """
    shown = "".join(f"<th{_LEFT}>{escape(head)}</th>" for head in heads)
    lines = "".join(f"<tr>{_named(row[0])}{''.join(map(_cell, row[1:]))}</tr>" for row in rows)
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"<table><thead><tr>{shown}</tr></thead><tbody>{lines}</tbody></table>{below}"


def _named(text: str) -> str:
    return f"<th{_LEFT}>{escape(text)}</th>"


def _cell(text: str) -> str:
    large, _, small = escape(text).partition("\n")
    return f"<td{_LEFT}>{large}<br><small>{small}</small></td>" if small else f"<td{_LEFT}>{large}</td>"
