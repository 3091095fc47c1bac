"""Ways to change a valid file: parts of it are replaced, repeated, left out, or written in another layout."""

import csv
import io
import zipfile
from collections.abc import Callable

import numpy as np

from challenge.tests.bad_files.short_splits import COLUMNS, NAMES, ROWS

Spoil = Callable[[bytes], bytes]


def line_of(dataset: str, index: int) -> int:
    return 2 + ROWS * NAMES.index(dataset) + index


def table(content: bytes) -> list[list[str]]:
    return [line.split(",") for line in content.decode().splitlines()]


def joined(rows: list[list[str]], separator: str = ",") -> bytes:
    return "".join(separator.join(row) + "\n" for row in rows).encode()


def cell(column: str, value: str, dataset: str = "pathmnist", index: int = 3) -> Spoil:
    """Write a value into one cell."""

    def spoil(content: bytes) -> bytes:
        rows = table(content)
        rows[line_of(dataset, index) - 1][COLUMNS.index(column)] = value
        return joined(rows)

    return spoil


def values(dataset: str, *row: str, index: int = 3) -> Spoil:
    """Write all the probabilities of one row."""

    def spoil(content: bytes) -> bytes:
        rows = table(content)
        rows[line_of(dataset, index) - 1][2:] = [*row, *[""] * (14 - len(row))]
        return joined(rows)

    return spoil


def rows_where(keep: Callable[[list[str]], bool]) -> Spoil:
    return lambda content: joined([row for row in table(content) if row[0] == "dataset" or keep(row)])


def with_column(name: str, value: str) -> Spoil:
    return lambda content: joined([[*row, name if row[0] == "dataset" else value] for row in table(content)])


def without_column(name: str) -> Spoil:
    at = COLUMNS.index(name)
    return lambda content: joined([row[:at] + row[at + 1 :] for row in table(content)])


def with_line(text: bytes, line: int) -> Spoil:
    """Put a line between others."""

    def spoil(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        return b"".join([*lines[: line - 1], text + b"\n", *lines[line - 1 :]])

    return spoil


def replaced(old: bytes, new: bytes, count: int = 1) -> Spoil:
    def spoil(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, count)

    return spoil


def always(content: bytes) -> Spoil:
    return lambda _: content


def zipped(*members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for member in members:
            archive.writestr(member, "content")
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, pathmnist=np.zeros((3, 9)))
    return file.getvalue()


def thesis(
    content: bytes, spoil: Callable[[list[list[str]]], object] = lambda rows: None, *, truth=None
) -> bytes:
    """The same probabilities in the layout of the thesis."""
    rows = [
        [row[0], "[" + ", ".join(value for value in row[2:] if value) + "]", *([truth(row)] if truth else [])]
        for row in table(content)[1:]
    ]
    spoil(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["dataset_name", "probability", *(["truth"] if truth else [])])
    writer.writerows(rows)
    return text.getvalue().encode()


def thesis_cell(dataset: str, value: str, index: int = 3) -> Spoil:
    def spoil(rows: list[list[str]]) -> None:
        rows[line_of(dataset, index) - 2][1] = value

    return lambda content: thesis(content, spoil)


def at(dataset: str, index: int = 3) -> str:
    return f"{dataset}, line {line_of(dataset, index)}"


def shuffled(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return lines[0] + b"".join(np.random.default_rng(0).permutation(np.array(lines[1:], object)))


def columns_reversed(content: bytes) -> bytes:
    return joined([row[::-1] for row in table(content)])
