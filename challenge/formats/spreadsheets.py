"""CSV text of which spreadsheets make cells, never formulas, whatever teams call themselves and their models."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: Where a formula may begin: with a cell. In some countries semicolons, tabs and line breaks end cells when a file is
#: opened, inside of quotation marks too; blanks and quotation marks before a formula are taken away.
_FORMULA = re.compile(
    '(^|[;\t\r\n])(?=[\\s"]*[-=+@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}'
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}])|^(?=[\t\r\n])"
)

Value = str | int | float | None


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return a table as CSV (RFC 4180): truth as true and false, numbers in full, nothing where a value is missing."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def without_formulas(text: str) -> str:
    """Put an apostrophe where a formula would begin, and before a tab or line break at the beginning.

    Those who read the file by a program take them away again where they matter; the JSON has the text as it is.
    """
    return _FORMULA.sub(r"\1'", text)


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_formulas(value) if isinstance(value, str) else value
