"""Output: tables on a terminal, columns with tabs without one, JSON and CSV when asked for."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table


class Format(str, Enum):
    """Forms of output."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def rows(
    found: Sequence[Mapping[str, Any]], form: Format, columns: Sequence[str], *, title: str = ""
) -> None:
    """Print rows: the chosen columns as a table, all plain columns as CSV, or everything as JSON."""
    if form is Format.JSON:
        print(json.dumps(list(found), indent=2, ensure_ascii=False))
    elif form is Format.CSV:
        columns = _plain(found) or columns
        writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    else:
        _table(found, columns, title)


def document(found: Mapping[str, Any]) -> None:
    """Print a document as JSON."""
    print(json.dumps(found, indent=2, ensure_ascii=False))


def problems(head: str, found: Sequence[str]) -> None:
    """Print the reasons of a failure, one a line, for people."""
    note(head)
    for problem in found:
        note(f"- {problem}")


def warnings(found: Sequence[str]) -> None:
    """Print what may be wrong with a valid file, for people."""
    for warning in found:
        note(f"Warning: {warning}")


def note(text: str) -> None:
    """Print a sentence for people, on standard error, so that the output stays clean for programs."""
    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def _plain(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns whose cells are single values in all rows."""
    names = list(found[0]) if found else []
    return [name for name in names if not any(isinstance(row[name], dict | list) for row in found)]


def _table(found: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str) -> None:
    console = Console(highlight=False)
    heads = [column.replace("_", " ") for column in columns]
    lines = [[_text(row.get(column)) for column in columns] for row in found]
    if not console.is_terminal:
        for cells in (columns, *lines):
            print("\t".join(cells))
        return
    table = Table(*heads, title=escape(title) or None, title_justify="left", box=box.SIMPLE_HEAD)
    for cells in lines:
        table.add_row(*map(escape, cells))
    console.print(table)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)
