"""Report of the GPU benchmark: rows of values by section, as JSON and as Markdown tables."""

import json
import time
import traceback
from collections.abc import Callable
from pathlib import Path

#: Values of a row by the titles of their columns.
Row = dict[str, str | int | float | bool]


class Report:
    """Results so far; both files are written again after each row."""

    def __init__(self, folder: Path, minutes: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._start = time.monotonic()
        self._seconds = 60 * minutes
        self._section = ""
        self._rows: dict[str, list[Row]] = {}
        self._errors: dict[str, str] = {}

    def seconds_left(self) -> float:
        """Return the seconds until the end of the time that was given."""
        return self._seconds - (time.monotonic() - self._start)

    def run(self, name: str, seconds: float, section: Callable[..., None], *given: object) -> None:
        """Run a section with the arguments `given` if `seconds` are left; keep the traceback of an error, and go on."""
        self._section = name
        self._rows[name] = []
        if self.seconds_left() < seconds:
            self._errors[name] = (
                f"not run: {self.seconds_left():.0f} s were left, and it needs {seconds:.0f} s"
            )
        else:
            start = time.monotonic()
            self.attempt(name, section, *given)
            print(f"[{name}: {time.monotonic() - start:.1f} s]", flush=True)
        self._write()

    def attempt(self, name: str, part: Callable[..., None], *given: object) -> None:
        """Run a part of a section; keep the traceback of an error under `name`, and go on."""
        try:
            part(*given)
        except Exception:  # the other parts still give results
            self._errors[name] = traceback.format_exc()
            print(self._errors[name], flush=True)
            self._write()

    def add(self, **row: str | int | float | bool) -> None:
        """Add a row to the current section."""
        self._rows[self._section].append(row)
        print(
            f"{self._section}: {', '.join(f'{name} {_text(value)}' for name, value in row.items())}",
            flush=True,
        )
        self._write()

    def markdown(self) -> str:
        """Return the report as Markdown: a table for each section, then the errors."""
        parts = [_table(name, rows) for name, rows in self._rows.items() if rows]
        parts += [f"## Error: {name}\n\n```\n{text.strip()}\n```\n" for name, text in self._errors.items()]
        return "\n".join(parts)

    def _write(self) -> None:
        content = {"results": self._rows, "errors": self._errors}
        (self._folder / "gpu.json").write_text(json.dumps(content, indent=1) + "\n")
        (self._folder / "gpu.md").write_text(self.markdown())


def _table(name: str, rows: list[Row]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[_text(row[column]) if column in row else "" for column in columns] for row in rows]
    return f"## {name}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else value
