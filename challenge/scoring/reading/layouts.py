"""The two layouts of a prediction file, distinguished by the header."""

import csv
import difflib
import re
from dataclasses import dataclass

from ..benchmark import Benchmark
from .files import UTF8_BOM
from .problems import PredictionsError, Problem, refuse, shown

THESIS_COLUMNS = ("dataset_name", "probability")
THESIS_OPTIONAL_COLUMNS = ("truth", "prediction")

_BLANK = re.compile(rb"(?:\xef\xbb\xbf)?\s*\Z")
_LABELS_STAY_HERE = "the server has the labels and derives the predicted classes; remove this column"


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of a file, in file order; `is_thesis` if probabilities are lists in one column."""

    columns: tuple[str, ...]
    is_thesis: bool


def probability_columns(benchmark: Benchmark) -> tuple[str, ...]:
    """Return the column names p0, p1, ... of the canonical layout."""
    return tuple(f"p{j}" for j in range(benchmark.max_classes))


def canonical_columns(benchmark: Benchmark) -> tuple[str, ...]:
    """Return all columns of the canonical layout, in writing order."""
    return ("dataset", "index", *probability_columns(benchmark))


def read_header(data: bytes, benchmark: Benchmark) -> Layout:
    """Return the layout from the first line of a file. Raises `PredictionsError` if it is neither layout."""
    if _BLANK.match(data):
        raise refuse("The file is empty")
    names = _column_names(data)
    is_thesis = "dataset" not in names and bool(set(names) & set(THESIS_COLUMNS))
    required = canonical_columns(benchmark)
    optional: tuple[str, ...] = ()
    if is_thesis:
        required, optional = THESIS_COLUMNS, THESIS_OPTIONAL_COLUMNS
    problems = [_missing(name) for name in required if name not in names]
    for position, name in enumerate(dict.fromkeys(names), start=1):
        if name not in required + optional:
            problems.append(_unknown(name, position, required + optional))
        elif names.count(name) > 1:
            problems.append(_header_problem(f"the column {name!r} occurs {names.count(name)} times"))
    if problems:
        raise PredictionsError(problems)
    return Layout(tuple(names), is_thesis)


def _column_names(data: bytes) -> list[str]:
    first_line = data[: data.find(b"\n") + 1] or data
    try:
        text = first_line.removeprefix(UTF8_BOM).decode().rstrip("\r\n")
        names = next(csv.reader([text], strict=True), [])
    except UnicodeDecodeError:
        raise refuse("the header is not UTF-8 text; save the file as UTF-8", line=1) from None
    except csv.Error:
        raise refuse("a quoted cell of the header is not closed on its line", line=1) from None
    if not text.strip():
        raise refuse("the first line is blank; expected a header with the column names", line=1)
    if len(names) == 1:
        for separator, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in text:
                raise refuse(
                    f"the columns are separated by {called}; separate them by commas, and write 0.5, not 0,5",
                    line=1,
                )
    return names


def _header_problem(message: str) -> Problem:
    return Problem(message, line=1)


def _missing(name: str) -> Problem:
    return _header_problem(f"the column {name!r} is missing")


def _unknown(name: str, position: int, known: tuple[str, ...]) -> Problem:
    if not name:
        return _header_problem(
            f"column {position} has no name; write the file without row labels (pandas: `index=False`)"
        )
    if name in THESIS_OPTIONAL_COLUMNS:
        return _header_problem(f"the column {name!r} is not allowed: {_LABELS_STAY_HERE}")
    similar = difflib.get_close_matches(name.strip().lower()[:20], known, n=1, cutoff=0.8)
    if similar:
        return _header_problem(f"the column {shown(name)} is unknown; did you mean {similar[0]!r}?")
    return _header_problem(f"the column {shown(name)} is unknown; expected {_listed(known)}")


def _listed(known: tuple[str, ...]) -> str:
    if len(known) <= len(THESIS_COLUMNS + THESIS_OPTIONAL_COLUMNS):
        return ", ".join(known)
    return f"{', '.join(known[:3])} to {known[-1]}"
