"""The thorough parser: line by line in plain Python. It defines the file format.

It is about ten times slower than `parse_fast`, and can explain what is wrong with each line.
"""

import csv
from collections.abc import Iterator

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .layouts import Layout, probability_columns
from .parsing import Parsed, index, n_labels, nothing_parsed, number, stated_labels
from .problems import ProblemLog, shown

_EXPECTED_NUMBER = "expected a plain decimal number such as 0.25"


def parse_carefully(
    data: bytes, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog
) -> Parsed:
    """Read the valid rows of a file, and add everything else to `problems`.

    `with_truth`: also read the thesis layout's `truth`. Rows with a problem have NaN values.
    """
    reader = _ThesisReader if layout.is_thesis else _CanonicalReader
    return reader(layout, benchmark, with_truth, problems).read(data)


class _Reader:
    """Row reader for one file, with a subclass for the cells of each layout."""

    def __init__(self, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog):
        self.at = {column: position for position, column in enumerate(layout.columns)}
        self.benchmark = benchmark
        self.datasets = {dataset.name: dataset for dataset in benchmark}
        self.with_truth = with_truth and "truth" in self.at
        self.problems = problems
        self.parsed = nothing_parsed(benchmark)
        self.n_lost = 0  # rows without a recognizable dataset and index

    def read(self, data: bytes) -> Parsed:
        n_rows = 0
        for line, raw in _lines_below_header(data):
            n_rows += 1
            cells = self._cells(line, raw)
            if cells is None:
                self.n_lost += 1
            else:
                self.read_row(line, cells)
        if n_rows == 0:
            self.problems.add("no rows", "The file has a header but no rows")
        else:
            self._find_missing_rows()
        return self.parsed

    def read_row(self, line: int, cells: list[str]) -> None:
        raise NotImplementedError

    def _cells(self, line: int, raw: bytes) -> list[str] | None:
        """Split a line into one cell per column; None if that fails."""
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.problems.add("not UTF-8", "the line is not UTF-8 text; save the file as UTF-8", line=line)
            return None
        if "\0" in text or "\r" in text:
            character = "a NUL byte" if "\0" in text else "a carriage return before its end"
            self.problems.add("control", f"the line contains {character}; expected plain text", line=line)
            return None
        try:
            cells = next(csv.reader([text], strict=True)) if '"' in text else text.split(",")
        except csv.Error:
            message = "a quoted cell is not properly closed on its line"
            self.problems.add("quotes", f"{message}; expected one line per row", line=line)
            return None
        if len(cells) != len(self.at):
            message = f"the row has {len(cells)} cells, but the header has {len(self.at)} columns"
            if len(cells) == 1:
                message += "; separate the cells by commas"
            elif len(cells) > len(self.at):
                message += "; write decimals with a point, and lists in quotes"
            self.problems.add("ragged", message, line=line)
            return None
        return cells

    def find_dataset(self, line: int, name: str) -> Dataset | None:
        dataset = self.datasets.get(name)
        if dataset is not None:
            return dataset
        self.n_lost += 1
        plain = name.strip().lower()
        if plain in self.datasets:
            kind, message = "misspelt", f"the dataset {shown(name)} must be written exactly {plain!r}"
        elif plain.endswith("3d"):
            kind = "3D"
            message = (
                f"{shown(name)} is not a 2D dataset; only the {len(self.datasets)} 2D datasets are scored"
            )
        else:
            kind = "unknown dataset"
            message = f"{shown(name)} is not one of the datasets {', '.join(self.datasets)}"
        self.problems.add(kind, message, line=line)
        return None

    def store(self, dataset: Dataset, row: int, line: int, values: list[float] | None) -> None:
        self.parsed.lines[dataset.name][row] = line
        if values is not None:
            self.parsed.values[dataset.name][row] = values

    def _find_missing_rows(self) -> None:
        for dataset in self.benchmark:
            missing = np.flatnonzero(self.parsed.lines[dataset.name] == 0)
            # unreadable lines were reported before; do not report them again as missing
            if len(missing) <= self.n_lost:
                continue
            if len(missing) == dataset.n_test:
                message = f"the whole dataset is missing; expected {dataset.n_test:,} rows"
                self.problems.add("missing", message, dataset=dataset.name)
            else:
                self.problems.add("missing", self.missing_message(dataset, missing), dataset=dataset.name)

    def missing_message(self, dataset: Dataset, missing: np.ndarray) -> str:
        raise NotImplementedError


class _CanonicalReader(_Reader):
    def __init__(self, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog):
        super().__init__(layout, benchmark, with_truth, problems)
        columns = probability_columns(benchmark)
        self.used = {d.name: [(c, self.at[c]) for c in columns[: d.n_classes]] for d in benchmark}
        self.unused = {d.name: [(c, self.at[c]) for c in columns[d.n_classes :]] for d in benchmark}

    def read_row(self, line: int, cells: list[str]) -> None:
        dataset = self.find_dataset(line, cells[self.at["dataset"]])
        if dataset is None:
            return
        row = self._index(dataset, line, cells[self.at["index"]])
        if row is None:
            self.n_lost += 1
            return
        earlier = self.parsed.lines[dataset.name][row]
        if earlier:
            message = f"line {earlier} already has this index; write each index once"
            self.problems.add("duplicate", message, dataset=dataset.name, line=line, index=row)
            return
        self.store(dataset, row, line, self._values(dataset, row, line, cells))

    def _index(self, dataset: Dataset, line: int, text: str) -> int | None:
        row = index(text)
        if row is None:
            message = f"the index is {shown(text)}; expected a whole number from 0 to {dataset.n_test - 1}"
            self.problems.add("bad index", message, dataset=dataset.name, line=line)
            return None
        if row >= dataset.n_test:
            message = (
                f"the index {shown(text)} is past the end of the test split, "
                f"whose {dataset.n_test:,} rows are numbered from 0 to {dataset.n_test - 1}"
            )
            self.problems.add("index too large", message, dataset=dataset.name, line=line)
            return None
        return row

    def _values(self, dataset: Dataset, row: int, line: int, cells: list[str]) -> list[float] | None:
        values: list[float] = []
        for column, position in self.used[dataset.name]:
            value = number(cells[position])
            if value is None:
                kind, message = _not_a_number(column, cells[position], dataset)
                self.problems.add(kind, message, dataset=dataset.name, line=line, index=row)
                return None
            values.append(value)
        for column, position in self.unused[dataset.name]:
            if cells[position].strip(" \t"):
                message = (
                    f"{column} is {shown(cells[position])}, but the dataset has {dataset.n_classes} classes "
                    f"(p0 to p{dataset.n_classes - 1}); leave the other cells blank"
                )
                self.problems.add("too many values", message, dataset=dataset.name, line=line, index=row)
                return None
        return values

    def missing_message(self, dataset: Dataset, missing: np.ndarray) -> str:
        rows = "1 row is" if len(missing) == 1 else f"{len(missing):,} rows are"
        return f"{rows} missing: index {_ranges(missing)}"


class _ThesisReader(_Reader):
    def __init__(self, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog):
        super().__init__(layout, benchmark, with_truth, problems)
        self.next_row = dict.fromkeys(self.datasets, 0)

    def read_row(self, line: int, cells: list[str]) -> None:
        dataset = self.find_dataset(line, cells[self.at["dataset_name"]])
        if dataset is None:
            return
        row = self.next_row[dataset.name]
        self.next_row[dataset.name] += 1
        if row >= dataset.n_test:
            message = f"the dataset has more rows than its test split, which has {dataset.n_test:,}"
            self.problems.add("too many rows", message, dataset=dataset.name, line=line)
            return
        values = self._values(dataset, row, line, cells[self.at["probability"]])
        self.store(dataset, row, line, values)
        if self.with_truth:
            self._read_truth(dataset, row, line, cells[self.at["truth"]])

    def _values(self, dataset: Dataset, row: int, line: int, text: str) -> list[float] | None:
        message = _not_a_list(text, dataset)
        if message is not None:
            self.problems.add("not a list", message, dataset=dataset.name, line=line, index=row)
            return None
        values: list[float] = []
        for position, part in enumerate(text.strip(" \t")[1:-1].split(",")):
            value = number(part)
            if value is None:
                kind, message = _not_a_number(f"value {position} of probability", part, dataset)
                self.problems.add(kind, message, dataset=dataset.name, line=line, index=row)
                return None
            values.append(value)
        return values

    def _read_truth(self, dataset: Dataset, row: int, line: int, text: str) -> None:
        labels = stated_labels(text, dataset)
        if labels is not None:
            self.parsed.truth[dataset.name][row] = labels
            return
        expected = "a class number" if n_labels(dataset) == 1 else f"a list of {n_labels(dataset)} labels"
        message = f"truth is {shown(text)}; expected {expected}, or leave the column out"
        self.problems.add("bad truth", message, dataset=dataset.name, line=line, index=row)

    def missing_message(self, dataset: Dataset, missing: np.ndarray) -> str:
        n_rows = dataset.n_test - len(missing)
        return f"the dataset has {n_rows:,} rows, but its test split has {dataset.n_test:,}"


def _lines_below_header(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each line that is not blank, without its line end."""
    start = data.find(b"\n") + 1
    line = 2
    while 0 < start < len(data):
        newline = data.find(b"\n", start)
        end = len(data) if newline < 0 else newline
        raw = data[start:end]
        if newline >= 0:
            raw = raw.removesuffix(b"\r")
        if raw.strip(b" \t"):
            yield line, raw
        start = end + 1
        line += 1


def _not_a_number(name: str, text: str, dataset: Dataset) -> tuple[str, str]:
    """Return the kind of problem and the message for a cell that should be a number."""
    if not text.strip(" \t"):
        return "blank", f"{name} is blank; expected a value for each of the {dataset.n_classes} classes"
    if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return "not finite", f"{name} is {shown(text)}; expected a finite number from 0 to 1"
    return "not a number", f"{name} is {shown(text)}; {_EXPECTED_NUMBER}"


def _not_a_list(text: str, dataset: Dataset) -> str | None:
    """Return the message for a `text` that is not a bracketed list with one part per class; None if it is."""
    text = text.strip(" \t")
    if not text:
        return f"probability is blank; expected a list of {dataset.n_classes} values in brackets"
    if "np." in text or "array" in text or "tensor" in text:
        return f"probability is {shown(text)}, a Python expression; write plain numbers (`values.tolist()`)"
    if not (text.startswith("[") and text.endswith("]") and len(text) > 1):
        return f"probability is {shown(text)}; expected a list in brackets such as [0.25, 0.75]"
    if "[" in text[1:] or "]" in text[:-1]:
        return f"probability is {shown(text)}, a nested list; expected one flat list"
    parts = text[1:-1].split(",")
    if len(parts) == 1 and len(parts[0].split()) > 1:
        return f"probability is {shown(text)}; separate the values by commas (NumPy: `values.tolist()`)"
    if len(parts) == dataset.n_classes:
        return None
    values = "1 value" if len(parts) == 1 else f"{len(parts)} values"
    message = f"probability has {values}, but the dataset has {dataset.n_classes} classes"
    if dataset.task is Task.BINARY and len(parts) == 1:
        message += "; write both values, class 0 first"
    return message


def _ranges(rows: np.ndarray) -> str:
    """Format row numbers for people: `3, 7-9, 12, ...`."""
    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    texts = [f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:5]]
    return ", ".join(texts) + (", ..." if len(runs) > len(texts) else "")
