"""Kinds and messages of problems with a line or a cell, worded with their likely cause."""

import re

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .names import dataset_named
from .problems import shown

#: Kind of a problem and its message.
KindAndMessage = tuple[str, str]

_PYTHON = re.compile(r"np\.|array|tensor")
_NO_EXPRESSION = ", a Python expression; write plain numbers (`values.tolist()`)"
_INDEX_WITH_DECIMALS = re.compile(r"[ \t]*\+?[0-9]+\.0*[ \t]*")
_DECIMAL_COMMA = re.compile(r"[ \t]*[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?[ \t]*")
_PER_CENT = re.compile(r"[ \t]*[0-9.]+[ \t]*%[ \t]*")
_EXPECTED_NUMBER = "expected a plain decimal number such as 0.25"
_NOT_ASCII = ", which has characters other than plain ASCII"


def control_character(text: str) -> KindAndMessage:
    """Return the problem of a line with a NUL byte or a carriage return, apart from that of its line end."""
    if "\0" in text:
        return "control", "the line contains a NUL byte; expected plain text"
    if text.find("\r") == len(text) - 1:
        return (
            "carriage returns",
            "the line ends with two carriage returns (Python: open the file with `newline=''`)",
        )
    return "control", "the line contains a carriage return before its end; expected plain text"


def ragged(text: str, cells: list[str], n_columns: int) -> KindAndMessage:
    """Return the problem of a line with more or fewer cells than columns."""
    n_cells = len(cells)
    message = f"the row has {_counted_cells(n_cells)}, but the header has {n_columns} columns"
    if _PYTHON.search(text):
        return "expressions", f"{message}; write plain numbers, not Python expressions (`values.tolist()`)"
    if n_cells == 1:
        message += "; separate the cells by commas"
    elif n_cells > n_columns:
        ends_blank = not any(cell.strip(" \t") for cell in cells[n_columns:])
        others = "no comma at the end" if ends_blank else "lists in quotes"
        message += f"; write decimals with a point, and {others}"
    return "ragged", message


def ragged_scores(n_cells: int, n_expected: int) -> KindAndMessage:
    """Return the problem of a line of MedMNIST's evaluator with a wrong number of cells."""
    scores = "1 score" if n_expected == 2 else f"{n_expected - 1} scores"
    return "ragged", f"the row has {_counted_cells(n_cells)}; expected {n_expected}: the index and {scores}"


def _counted_cells(n_cells: int) -> str:
    return "1 cell" if n_cells == 1 else f"{n_cells} cells"


def not_a_dataset(name: str, benchmark: Benchmark) -> KindAndMessage:
    """Return the problem of a name, without blanks around it, that is not exactly a dataset's."""
    meant = dataset_named(name, benchmark)
    if meant is not None:
        return "misspelt", f"the dataset {shown(name)} must be written exactly {meant.name!r}"
    if "3d" in name.lower():
        return (
            "3D",
            f"{shown(name)} is not a 2D dataset; only the {benchmark.n_datasets} 2D datasets are scored",
        )
    names = ", ".join(dataset.name for dataset in benchmark)
    return "unknown dataset", f"{shown(name)} is not one of the datasets {names}"


def not_an_index(text: str, row: int | None, dataset: Dataset) -> KindAndMessage:
    """Return the problem of an index cell; `row` is the integer that it holds, if it holds one."""
    if row is None:
        expected = f"expected a whole number from 0 to {dataset.n_test - 1}"
        if _INDEX_WITH_DECIMALS.fullmatch(text):
            return "index with decimals", (
                f"the index is {shown(text)}; {expected}, without decimals (pandas: `astype(int)`)"
            )
        if not text.isascii():
            return "index not ASCII", f"the index is {shown(text)}{_NOT_ASCII}; {expected}"
        return "bad index", f"the index is {shown(text)}; {expected}"
    message = (
        f"the index {shown(text)} is past the end of the test split, "
        f"whose {dataset.n_test:,} rows are numbered from 0 to {dataset.n_test - 1}"
    )
    return "index too large", message + (
        "; number the rows of each dataset from 0" if row == dataset.n_test else ""
    )


def not_a_number(name: str, text: str, dataset: Dataset, n_given: int = 0) -> KindAndMessage:
    """Return the problem of a cell that should be a number, in a row with `n_given` cells that are not blank."""
    if not text.strip(" \t"):
        message = f"{name} is blank; expected a value for each of the {dataset.n_classes} classes"
        return ("one value", message + _one_value(dataset)) if n_given == 1 else ("blank", message)
    if text.strip(" \t").lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "not finite", f"{name} is {shown(text)}; expected a finite number from 0 to 1"
    if _DECIMAL_COMMA.fullmatch(text):
        return "decimal comma", f"{name} is {shown(text)}; write decimals with a point, such as 0.25"
    if _PER_CENT.fullmatch(text):
        return "per cent", f"{name} is {shown(text)}; {_EXPECTED_NUMBER}, not a percentage"
    if _PYTHON.search(text):
        return "expression", f"{name} is {shown(text)}{_NO_EXPRESSION}"
    if not text.isascii():
        return "not ASCII", f"{name} is {shown(text)}{_NOT_ASCII}; {_EXPECTED_NUMBER}"
    return "not a number", f"{name} is {shown(text)}; {_EXPECTED_NUMBER}"


def _one_value(dataset: Dataset) -> str:
    """Return the remedy for a row with only one value."""
    if dataset.task is Task.BINARY:
        return "; write both probabilities, class 0 first"
    return "; write all probabilities, not the predicted class"


def not_a_list(text: str, dataset: Dataset) -> KindAndMessage | None:
    """Return the problem of a cell that is not a bracketed list with a part for each class; None if it is."""
    text = text.strip(" \t")
    if not text:
        return (
            "blank list",
            f"probability is blank; expected a list of {dataset.n_classes} values in brackets",
        )
    what = f"probability is {shown(text)}"
    if _PYTHON.search(text):
        return "expression", what + _NO_EXPRESSION
    if "..." in text:
        return "elided", f"{what}, shortened by dots; write all values (`values.tolist()`)"
    if not (text.startswith("[") and text.endswith("]") and len(text) > 1):
        return "no brackets", f"{what}; expected a list in brackets such as [0.25, 0.75]"
    if "[" in text[1:] or "]" in text[:-1]:
        return "nested", f"{what}, a nested list; expected one flat list"
    parts = text[1:-1].split(",")
    if ";" in text or (len(parts) == 1 and len(parts[0].split()) > 1):
        return "other separator", f"{what}; separate the values by commas (NumPy: `values.tolist()`)"
    return _wrong_number_of_values(parts, dataset)


def _wrong_number_of_values(parts: list[str], dataset: Dataset) -> KindAndMessage | None:
    n_values = len(parts)
    if n_values == dataset.n_classes:
        return None
    values = "1 value" if n_values == 1 else f"{n_values} values"
    message = f"probability has {values}, but the dataset has {dataset.n_classes} classes"
    if n_values == 1:
        return "one value", message + _one_value(dataset)
    are_whole = not any("." in part for part in parts)
    has_decimals = any(
        len(part.strip(" \t")) > 2 for part in parts
    )  # 25 of 0,25; values such as 1e-7 have no comma
    if are_whole and (n_values == 2 * dataset.n_classes or (n_values > dataset.n_classes and has_decimals)):
        return "decimal comma", message + "; write decimals with a point, such as 0.25"
    return "number of values", message


def ranges(rows: np.ndarray) -> str:
    """Format row numbers for people: `3, 7-9, 12, ...`."""
    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    texts = [f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:5]]
    return ", ".join(texts) + (", ..." if len(runs) > len(texts) else "")
