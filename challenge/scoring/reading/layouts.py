"""The two layouts of a prediction file, distinguished by the header."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..benchmark import Benchmark
from .cells import split_cells
from .files import FileText
from .problems import PredictionsError, Problem, refuse, shown

THESIS_COLUMNS = ("dataset_name", "probability")
THESIS_OPTIONAL_COLUMNS = ("truth", "prediction")

#: Names of columns of predicted classes or labels, in lower case.
COLUMNS_OF_CLASSES = (
    "prediction",
    "pred",
    "y_pred",
    "predicted",
    "class",
    "label",
    "truth",
    "target",
    "y_true",
)

_BLANK = re.compile(rb"\s*\Z")
#: Name that pandas gives to the row labels of a file when it reads and writes it again.
_ROW_LABELS = re.compile(r"Unnamed: [0-9]+(?:\.[0-9]+)*")
_LABELS_STAY_HERE = "the server has the labels and derives the predicted classes"
#: Maximum number of columns that a message quotes.
_MOST_QUOTED = 3


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


def read_header(file: FileText, benchmark: Benchmark) -> Layout:
    """Return the layout from the first line of a text. Raises `PredictionsError` if it is neither layout."""
    if _BLANK.match(file.data):
        raise refuse("The file is empty")
    names = _column_names(file)
    has_lists = "probability" in names and "p0" not in names
    is_thesis = has_lists or ("dataset" not in names and "dataset_name" in names)
    required = canonical_columns(benchmark)
    optional: tuple[str, ...] = ()
    if is_thesis:
        required, optional = THESIS_COLUMNS, THESIS_OPTIONAL_COLUMNS
    messages = _messages(names, required, optional)
    if messages:
        raise PredictionsError([Problem(message, line=file.first_line) for message in messages])
    return Layout(tuple(names), is_thesis)


def _messages(names: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> list[str]:
    """Return what is wrong with the names of the columns; missing and unknown columns have one cause."""
    known = required + optional
    missing = [name for name in required if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    meant = [_similar(name, missing) for name in unknown]
    messages = [_unknown(name, names.index(name) + 1, known) for name in unknown]
    messages += [f"the column {name!r} is missing" for name in missing if name not in meant]
    if len(messages) > 1:
        messages = [_several(missing, unknown, required)]
    twice = [name for name in known if names.count(name) > 1]
    return messages + [f"the column {name!r} occurs {names.count(name)} times" for name in twice]


def _several(missing: list[str], unknown: list[str], required: tuple[str, ...]) -> str:
    """Return one message for several missing or unknown columns."""
    classes = [name for name in unknown if _is_of_classes(name)]
    if classes and set(required[2:]) <= set(missing):
        return (
            f"the column {shown(classes[0])} has predicted classes or labels; "
            f"write the probability of each class, in the columns {listed(required)}"
        )
    if not missing and len(classes) == len(unknown):
        return f"the columns {_quoted(unknown)} are not allowed: {_LABELS_STAY_HERE}; remove them"
    if missing and {name.lower() for name in unknown} == set(missing):
        return f"the columns {_quoted(unknown)} must be written in lower case: {listed(required)}"
    if not missing:
        return f"the columns {_quoted(unknown)} are unknown; expected {listed(required)} only"
    if missing == [*required[2:3]] and unknown == [f"p{len(required) - 2}"]:
        return f"the columns p1 to {unknown[0]} must be numbered from 0: {listed(required)}"
    are = "is" if len(unknown) == 1 else "are"
    found = f", and {_quoted(unknown)} {are} unknown" if unknown else ""
    if len(missing) == 1:
        return f"the column {_quoted(missing)} is missing{found}"
    if len(missing) <= _MOST_QUOTED:
        return f"the columns {_quoted(missing)} are missing{found}"
    return f"{len(missing)} of the columns {listed(required)} are missing{found}"


def _quoted(names: list[str]) -> str:
    return ", ".join(shown(name) for name in names[:_MOST_QUOTED]) + (
        ", ..." if len(names) > _MOST_QUOTED else ""
    )


def _column_names(file: FileText) -> list[str]:
    first_line = file.data[: file.data.find(b"\n") + 1] or file.data
    try:
        text = first_line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise refuse("the header is not UTF-8 text; save the file as UTF-8", line=file.first_line) from None
    names = split_cells(text)
    if names is None:
        raise refuse("a quoted cell of the header is not closed on its line", line=file.first_line)
    if not text.strip():
        raise refuse("the first line is blank; expected a header with the column names", line=file.first_line)
    return [name.strip(" \t") for name in names]


def _unknown(name: str, position: int, known: tuple[str, ...]) -> str:
    if not name or _ROW_LABELS.fullmatch(name):
        called = "has no name" if not name else f"is {shown(name)}"
        return f"column {position} {called}; write the file without row labels (pandas: `index=False`)"
    similar = _similar(name, known)
    if similar:
        return f"the column {shown(name)} is unknown; did you mean {similar!r}?"
    if _is_of_classes(name):
        return f"the column {shown(name)} is not allowed: {_LABELS_STAY_HERE}; remove this column"
    return f"the column {shown(name)} is unknown; expected {listed(known)} only"


def _is_of_classes(name: str) -> bool:
    return name.lower() in COLUMNS_OF_CLASSES


def _similar(name: str, known: Sequence[str]) -> str | None:
    """Return the known column that a name resembles most."""
    return next(iter(difflib.get_close_matches(name.lower()[:20], known, n=1, cutoff=0.7)), None)


def listed(columns: tuple[str, ...]) -> str:
    """Return the columns for people: `dataset, index, p0 to p13`."""
    if len(columns) <= len(THESIS_COLUMNS + THESIS_OPTIONAL_COLUMNS):
        return ", ".join(columns)
    return f"{', '.join(columns[:3])} to {columns[-1]}"
