"""CSV text that spreadsheets read as plain cells, never as formulas, even if a team or model name looks like one."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

#: Possible starts of a formula: the start of a cell. In some countries, semicolons, tabs and line breaks also end a
#: cell, even inside quotes. Spreadsheets drop blanks and quotation marks before a formula.
_FORMULA = re.compile(
    '(^|[;\t\r\n])(?=[\\s"]*[-=+@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}'
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}])|^(?=[\t\r\n])"
)

Value = str | int | float | None


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return a table as CSV (RFC 4180): booleans as true and false, numbers in full precision, None as empty cells."""
    return "".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Return the lines of the same CSV one by one, so that a large table is never in memory as a whole."""
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


class _Echo:
    """File that returns what is written: the writer of the csv module then returns each line."""

    def write(self, line: str) -> str:
        return line


def without_formulas(text: str) -> str:
    """Put an apostrophe before possible formulas, and before a tab or line break at the start.

    Programs that read the file can remove the apostrophes; the JSON has the unchanged text.
    """
    return _FORMULA.sub(r"\1'", text)


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_formulas(value) if isinstance(value, str) else value
