"""The thorough parser: line by line in plain Python. It defines the file format.

It is about ten times slower than `parse_fast`, and can explain what is wrong with each line.
"""

from collections.abc import Iterator

import numpy as np

from ..benchmark import Benchmark, Dataset
from .cell_problems import (
    not_a_list,
    not_a_number,
    not_an_index,
    ragged_scores,
    ranges,
)
from .files import FileText
from .layouts import Layout, probability_columns
from .parsing import Parsed, index, n_labels, number, stated_labels
from .problems import ProblemLog, shown
from .row_reader import RowReader, numbered_lines


def parse_carefully(
    file: FileText, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog
) -> Parsed:
    """Read the valid rows of a file, and add everything else to `problems`.

    `with_truth`: also read the thesis layout's `truth`. Rows with a problem have NaN values.
    """
    reader = _ThesisReader if layout.is_thesis else _CanonicalReader
    return reader(layout, benchmark, with_truth, problems).read(file)


def parse_evaluator_file(
    file: FileText, dataset: Dataset, has_one_score: bool, problems: ProblemLog
) -> Parsed:
    """Read the valid rows of one dataset's file from MedMNIST's evaluator; `has_one_score`: only that of class 1."""
    return _EvaluatorReader(dataset, has_one_score, problems).read(file)


class _CanonicalReader(RowReader):
    def __init__(self, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog):
        super().__init__(layout, benchmark, with_truth, problems)
        columns = probability_columns(benchmark)
        self.used = {d.name: [(c, self.at[c]) for c in columns[: d.n_classes]] for d in benchmark}
        self.unused = {d.name: [(c, self.at[c]) for c in columns[d.n_classes :]] for d in benchmark}

    def read_row(self, line: int, cells: list[str]) -> None:
        dataset = self.find_dataset(line, cells[self.at["dataset"]])
        if dataset is not None:
            self.read_row_of(dataset, line, cells)

    def read_row_of(self, dataset: Dataset, line: int, cells: list[str]) -> None:
        row = self._index(dataset, line, cells[self.at["index"]])
        if row is None:
            self.n_lost += 1
            return
        earlier = self.parsed.lines[dataset.name][row]
        if earlier and self.header_lines and earlier < self.header_lines[0]:
            self.has_second_table = True
            return
        if earlier:
            message = f"line {earlier} already has this index; write each index once"
            self.problems.add("duplicate", message, dataset=dataset.name, line=line, index=row)
            return
        self.store(dataset, row, line, self._values(dataset, row, line, cells))

    def _index(self, dataset: Dataset, line: int, text: str) -> int | None:
        row = index(text)
        if row is None or row >= dataset.n_test:
            kind, message = not_an_index(text, row, dataset)
            self.problems.add(kind, message, dataset=dataset.name, line=line)
            return None
        return row

    def _values(self, dataset: Dataset, row: int, line: int, cells: list[str]) -> list[float] | None:
        values: list[float] = []
        for column, position in self.used[dataset.name]:
            value = number(cells[position])
            if value is None:
                given = [cells[at] for _, at in self.used[dataset.name] if cells[at].strip(" \t")]
                kind, message = not_a_number(column, cells[position], dataset, len(given))
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
        return f"{rows} missing: index {ranges(missing)}"


class _EvaluatorReader(_CanonicalReader):
    """Reader of the file of one dataset from MedMNIST's evaluator: no header; the index, then the scores."""

    no_rows = "the file has no rows"

    def __init__(self, dataset: Dataset, has_one_score: bool, problems: ProblemLog):
        columns = ("p1",) if has_one_score else tuple(f"p{j}" for j in range(dataset.n_classes))
        only = Benchmark(dataset.title, (dataset,), ())
        RowReader.__init__(self, Layout(("index", *columns), is_thesis=False), only, False, problems)
        self.dataset_of_file = dataset.name
        self.used = {dataset.name: [(column, self.at[column]) for column in columns]}
        self.unused = {dataset.name: []}
        self.has_one_score = has_one_score

    def lines(self, file: FileText) -> Iterator[tuple[int, bytes]]:
        return numbered_lines(file, 0, file.first_line)

    def ragged(self, text: str, cells: list[str]) -> tuple[str, str]:
        return ragged_scores(len(cells), len(self.at))

    def read_row(self, line: int, cells: list[str]) -> None:
        self.read_row_of(self.benchmark.datasets[0], line, cells)

    def store(self, dataset: Dataset, row: int, line: int, values: list[float] | None) -> None:
        if values is not None and self.has_one_score:
            values = [1 - values[0], values[0]]
        super().store(dataset, row, line, values)


class _ThesisReader(RowReader):
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
        if "prediction" in self.at:
            predicted = stated_labels(cells[self.at["prediction"]], dataset)
            if predicted is not None:  # anything else is ignored
                self.parsed.predicted[dataset.name][row] = predicted

    def _values(self, dataset: Dataset, row: int, line: int, text: str) -> list[float] | None:
        problem = not_a_list(text, dataset)
        if problem is not None:
            self.problems.add(*problem, dataset=dataset.name, line=line, index=row)
            return None
        values: list[float] = []
        for position, part in enumerate(text.strip(" \t")[1:-1].split(",")):
            value = number(part)
            if value is None:
                kind, message = not_a_number(f"value {position} of probability", part, dataset)
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
