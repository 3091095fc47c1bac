"""Causes that the beginning of a file shows: one problem instead of hundreds of symptoms.

A cause is reported only if the file cannot be valid. The format checker in the browser (static/js/format-causes.js)
judges the same bytes by the same rules.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..benchmark import Benchmark, Task
from .cells import split_cells
from .files import Beginning
from .layouts import THESIS_COLUMNS, THESIS_OPTIONAL_COLUMNS, canonical_columns, listed
from .names import dataset_named
from .parsing import index, number
from .problems import PredictionsError, refuse

#: Separators other than the comma, as messages call them. Blanks come last, because they also surround cells.
SEPARATORS = ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (" ", "blanks"))

#: Beginnings of a comment; numpy.savetxt writes its header as a comment.
COMMENT_MARKS = ("#", "//", "%")

#: Parts of a line that may contain separators: quoted cells and lists.
_QUOTED_OR_LIST = re.compile(r'"[^"]*"?|\[[^\]"]*\]?')
_OPEN_LIST = re.compile(r"\[[^\]]*\Z")
_PRINTED_ARRAY = re.compile(r"(?:tensor|array)\(|\[[^,\[\]]*[^,\[\] \t][ \t]+[^,\[\] \t][^,\[\]]*\]")


@dataclass(frozen=True, slots=True)
class _Start:
    """Header and first rows of a file, as lines without line ends; `first_line` is the number of the header's line."""

    header: str
    rows: tuple[str, ...]
    first_line: int
    benchmark: Benchmark

    @property
    def known_columns(self) -> frozenset[str]:
        return frozenset((*canonical_columns(self.benchmark), *THESIS_COLUMNS, *THESIS_OPTIONAL_COLUMNS))

    def refuse(self, message: str, *, below_header: bool = False) -> PredictionsError:
        return refuse(message, line=self.first_line + below_header)


def judge_beginning(beginning: Beginning, benchmark: Benchmark) -> None:
    """Refuse a file whose beginning shows what is wrong with it."""
    _carriage_returns(beginning)
    start = _start(beginning, benchmark)
    if start is None:
        return
    for find in (
        _comment,
        _separator_line,
        _title,
        _no_header,
        _separators,
        _row_labels,
        _commas_at_the_end,
        _arrays,
    ):
        for error in find(start):
            raise error


def judge_rows(beginning: Beginning) -> None:
    """Refuse a file of MedMNIST's evaluator, which has no header, whose beginning shows what is wrong with it."""
    _carriage_returns(beginning)
    first = next((line for line in beginning.text.split("\n") if line.strip(" \t\r")), None)
    if first is None or index(_split(first, ",")[0]) is not None:
        return
    for separator, called in SEPARATORS:
        cells = _split(first.rstrip("\r"), separator)
        if len(cells) > 1 and index(cells[0]) is not None:
            raise refuse(
                f"the cells are separated by {called}; separate them by commas, and write 0.5, not 0,5",
                line=beginning.first_line,
            )
    raise refuse(
        "the file begins with a line that is not an index and scores; "
        "MedMNIST's evaluator writes no header (pandas: `header=None`)",
        line=beginning.first_line,
    )


def _carriage_returns(beginning: Beginning) -> None:
    if len(re.findall(r"\r[^\r\n]", beginning.text)) > beginning.text.count("\n"):
        raise refuse(
            "The lines end with a carriage return (CR) alone; end each line with a line feed (LF or CRLF)"
        )


def _start(beginning: Beginning, benchmark: Benchmark) -> _Start | None:
    """Return the complete lines; None if there is no header."""
    lines = beginning.text.split("\n")
    if not beginning.is_whole:
        lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    if not lines or not lines[0].strip(" \t"):
        return None
    rows = tuple(line for line in lines[1:] if line.strip(" \t"))
    return _Start(lines[0], rows, beginning.first_line, benchmark)


def _comment(start: _Start) -> Iterator[PredictionsError]:
    for mark in COMMENT_MARKS:
        if start.header.lstrip(" \t").startswith(mark):
            yield start.refuse(
                f"the line begins with {mark!r}, like a comment; begin the file with the header "
                "(numpy.savetxt: `comments=''`)"
            )


def _title(start: _Start) -> Iterator[PredictionsError]:
    columns = start.known_columns
    counts = [len(columns & set(_split(line.lower(), ","))) for line in (start.header, *start.rows)]
    is_row = any(dataset_named(cell, start.benchmark) for cell in _split(start.header, ","))
    if counts[0] == 0 and max(counts) >= 2 and not is_row:
        yield start.refuse("the line is above the header; begin the file with the header")


def _separator_line(start: _Start) -> Iterator[PredictionsError]:
    if re.match(r'[ \t]*"?sep=', start.header, re.IGNORECASE):
        yield start.refuse(
            "the line names another separator than the comma; separate the cells by commas, and leave this line out"
        )


def _no_header(start: _Start) -> Iterator[PredictionsError]:
    cells = [cell.strip(' \t"') for cell in re.split(r"[,;\t| ]", start.header)]
    columns = start.known_columns
    if any(cell.lower() in columns for cell in cells):
        return
    expected = ",".join(THESIS_COLUMNS) if "[" in start.header else listed(canonical_columns(start.benchmark))
    if any(dataset_named(cell, start.benchmark) for cell in cells):
        yield start.refuse(
            f"there is no header: the line is already a row; begin the file with the header {expected}"
        )
    elif _is_of_the_evaluator(start):
        yield start.refuse(
            "this is one dataset's file of MedMNIST's evaluator; send the files of all "
            f"{start.benchmark.n_datasets} datasets in one zip"
        )
    elif all(number(cell) is not None for cell in _split(start.header, ",")):
        yield start.refuse(
            f"there is no header: the line has only numbers; begin the file with the header {expected}"
        )


def _is_of_the_evaluator(start: _Start) -> bool:
    """Return whether all lines are an index and the scores of one dataset, or the header is of its older function."""
    header = _split(start.header, ",")
    if header[0] == "id" and header[-1].startswith("score_"):  # medmnist.evaluator.save_results
        return True
    widths = {1 + (1 if d.task is Task.BINARY else d.n_classes) for d in start.benchmark}
    widths |= {1 + d.n_classes for d in start.benchmark}
    lines = [_split(line, ",") for line in (start.header, *start.rows)]
    if not header[0] and len(lines) > 1:  # pandas writes numbers of columns above the scores by default
        del lines[0]
    return len(header) in widths and all(
        len(cells) == len(header)
        and index(cells[0]) is not None
        and all(number(c) is not None for c in cells[1:])
        for cells in lines
    )


def _separators(start: _Start) -> Iterator[PredictionsError]:
    of_header = _separator_of_header(start)
    if of_header is None:
        return
    n_columns = len(_split(start.header, of_header))
    of_rows = {_separator_of_row(row, of_header, n_columns) for row in start.rows}
    called = dict(SEPARATORS)
    remedy = "; separate them by commas, and write 0.5, not 0,5"
    if of_header != "," and of_rows == {","}:
        yield start.refuse(
            f"the header is separated by {called[of_header]}, but the rows by commas; separate the header by commas"
        )
    elif of_header != ",":
        yield start.refuse(f"the columns are separated by {called[of_header]}{remedy}")
    elif len(of_rows) == 1 and (of_all_rows := of_rows.pop()) != ",":
        yield start.refuse(
            f"the header is separated by commas, but the rows by {called[of_all_rows]}{remedy}",
            below_header=True,
        )


def _separator_of_header(start: _Start) -> str | None:
    """Return the separator that gives at least two known columns, the comma first."""
    for separator in (",", *dict(SEPARATORS)):
        names = {name.lower() for name in _split(start.header, separator)}
        if len(names & start.known_columns) >= 2:
            return separator
    return None


def _separator_of_row(row: str, of_header: str, n_columns: int) -> str:
    """Return the separator that gives as many cells as the header has; else the first that occurs in the row."""
    bare = _QUOTED_OR_LIST.sub("x", row)
    candidates = (of_header, ",", *dict(SEPARATORS))
    for separator in candidates:
        if len(_split(bare, separator)) == n_columns:
            return separator
    return next((s for s in (",", *dict(SEPARATORS)) if len(_split(bare, s)) > 1), ",")


def _commas_at_the_end(start: _Start) -> Iterator[PredictionsError]:
    names = _split(start.header, ",")
    n_named = len(names)
    while n_named > 1 and not names[n_named - 1]:
        n_named -= 1
    n_of_header = len(names) - n_named
    if not {name.lower() for name in names} & start.known_columns:
        return
    rows = [_split(_QUOTED_OR_LIST.sub("x", row), ",") for row in start.rows]
    n_of_rows = min((_blank_cells_past(n_named, cells) for cells in rows), default=0)
    if n_of_header and n_of_rows:
        yield start.refuse("every line ends with a comma too many; remove it")
    elif n_of_header:
        yield start.refuse("the header ends with a comma too many; remove it")
    elif n_of_rows and (
        set(names) >= set(canonical_columns(start.benchmark)) or set(names) >= set(THESIS_COLUMNS)
    ):
        yield start.refuse("every row ends with a comma too many; remove it", below_header=True)


def _blank_cells_past(n_columns: int, cells: Sequence[str]) -> int:
    """Return the number of cells past the columns if all of them are blank, else 0."""
    past = cells[n_columns:]
    return 0 if any(past) else len(past)


def _row_labels(start: _Start) -> Iterator[PredictionsError]:
    """Find labels before the rows' cells that the header has no name for."""
    names = _split(start.header, ",")
    place = next((names.index(name) for name in ("dataset", "dataset_name") if name in names), None)
    rows = [_split(_QUOTED_OR_LIST.sub(_unquoted, row), ",") for row in start.rows]
    if place is None or not rows:
        return
    if all(
        len(cells) == len(names) + 1
        and dataset_named(cells[place + 1], start.benchmark)
        and not dataset_named(cells[place], start.benchmark)
        for cells in rows
    ):
        yield start.refuse(
            "every row begins with a row label; write the file without row labels (pandas: `index=False`)",
            below_header=True,
        )


def _unquoted(match: re.Match[str]) -> str:
    """Return a quoted cell without its quotes, but `x` for a cell with commas or a list."""
    inner = match[0].strip('"')
    return "x" if "," in inner or "[" in inner else inner


def _arrays(start: _Start) -> Iterator[PredictionsError]:
    names = _split(start.header, ",")
    if "probability" not in names:
        return
    for row in start.rows:
        cell = _cell_or_row(row, names)
        if _OPEN_LIST.search(cell):
            yield start.refuse(
                "the cells hold arrays over several lines, as NumPy or PyTorch prints them; "
                "write each list on one line, with commas between the values (`values.tolist()`)",
                below_header=True,
            )
        if not _PRINTED_ARRAY.search(cell):
            return
    if start.rows:
        yield start.refuse(
            "the cells hold arrays as NumPy or PyTorch prints them; "
            "write lists with commas between the values (`values.tolist()`)",
            below_header=True,
        )


def _cell_or_row(row: str, names: Sequence[str]) -> str:
    """Return the cell of `probability`; the whole row if its cells do not fit the header."""
    cells = split_cells(row)
    return row if cells is None or len(cells) != len(names) else cells[names.index("probability")]


def _split(line: str, separator: str) -> list[str]:
    """Split a line into cells without blanks and quotes around them; runs of blanks are one separator."""
    cells = re.split(r"[ \t]+", line.strip(" \t")) if separator == " " else line.split(separator)
    return [cell.strip(' \t"') for cell in cells]
