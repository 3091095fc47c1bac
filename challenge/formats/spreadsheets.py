"""CSV text that spreadsheets read as plain cells, never as formulas, even if a team or model name looks like one."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: Possible starts of a formula: the start of a cell. In some countries, semicolons, tabs and line breaks also end a
#: cell, even inside quotes. Spreadsheets drop blanks and quotation marks before a formula.
_FORMULA = re.compile(
    '(^|[;\t\r\n])(?=[\\s"]*[-=+@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}'
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}])|^(?=[\t\r\n])"
)

Value = str | int | float | None


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return a table as CSV (RFC 4180): booleans as true and false, numbers in full precision, None as empty cells."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def without_formulas(text: str) -> str:
    """Put an apostrophe before possible formulas, and before a tab or line break at the start.

    Programs that read the file can remove the apostrophes; the JSON has the unchanged text.
    """
    return _FORMULA.sub(r"\1'", text)


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_formulas(value) if isinstance(value, str) else value
