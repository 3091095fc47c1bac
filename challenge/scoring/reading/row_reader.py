"""Reader of the rows of a file, line by line in plain Python; `parse_carefully` has a subclass for each layout."""

from collections.abc import Iterator

import numpy as np

from ..benchmark import Benchmark, Dataset
from .cell_problems import control_character, not_a_dataset, ragged
from .cells import split_cells
from .files import FileText
from .layouts import Layout
from .parsing import Parsed, nothing_parsed
from .problems import ProblemLog


class RowReader:
    """Reader of the rows of one file, with a subclass for the cells of each layout."""

    no_rows = "The file has a header but no rows"

    def __init__(self, layout: Layout, benchmark: Benchmark, with_truth: bool, problems: ProblemLog):
        self.at = {column: position for position, column in enumerate(layout.columns)}
        self.benchmark = benchmark
        self.datasets = {dataset.name: dataset for dataset in benchmark}
        self.with_truth = with_truth and "truth" in self.at
        self.problems = problems
        self.parsed = nothing_parsed(benchmark)
        self.open_line = 0  # number of a last line without a line feed
        self.n_lost = 0  # rows without a recognizable dataset and index
        self.header_lines: list[int] = []  # lines that repeat the header
        self.has_second_table = False  # rows below a repeated header are there already
        self.is_cut_off = False  # the last line ends within a row
        self.dataset_of_file: str | None = None  # if the file has only one

    def read(self, file: FileText) -> Parsed:
        """Return the valid rows of the file, and add everything else to the problems."""
        n_rows = 0
        if not file.data.endswith(b"\n"):
            self.open_line = file.first_line + file.n_lines - 1
        for line, raw in self.lines(file):
            n_rows += 1
            cells = self._cells(line, raw)
            if cells is None:
                self.n_lost += 1
            elif [cell.strip(" \t") for cell in cells] == list(self.at):
                self.n_lost += 1
                self.header_lines.append(line)
            else:
                self.read_row(line, cells)
        self._note_headers()
        if n_rows == 0:
            self.problems.add("no rows", self.no_rows, dataset=self.dataset_of_file)
        elif not self.is_cut_off:
            self._find_missing_rows()
        return self.parsed

    def _note_headers(self) -> None:
        message = "the line repeats the header; write it once"
        if self.has_second_table:
            message = (
                "the line repeats the header, and rows below it repeat rows above it: were two files joined? "
                "Send one"
            )
        for line in self.header_lines:
            self.problems.add("header again", message, line=line)

    def lines(self, file: FileText) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of each line with a row."""
        return numbered_lines(file, file.data.find(b"\n") + 1 or len(file.data), file.first_line + 1)

    def read_row(self, line: int, cells: list[str]) -> None:
        """Store one row, or note its problem."""
        raise NotImplementedError

    def ragged(self, text: str, cells: list[str]) -> tuple[str, str]:
        """Return kind and message of the problem of a line with a wrong number of cells."""
        return ragged(text, cells, len(self.at))

    def _lose(self, problem: tuple[str, str], line: int) -> None:
        self.problems.add(*problem, dataset=self.dataset_of_file, line=line)

    def _cells(self, line: int, raw: bytes) -> list[str] | None:
        """Split a line into one cell per column; None if that fails."""
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self._lose(("not UTF-8", "the line is not UTF-8 text; save the file as UTF-8"), line)
            return None
        if "\0" in text or "\r" in text:
            self._lose(control_character(text), line)
            return None
        cells = split_cells(text)
        if line == self.open_line and (cells is None or 1 < len(cells) < len(self.at)):
            self.is_cut_off = True
            self._lose(("cut off", "the file ends within this row; was it cut off?"), line)
            return None
        if cells is None:
            self._lose(
                ("quotes", "a quoted cell is not properly closed on its line; expected one line per row"),
                line,
            )
            return None
        if len(cells) != len(self.at):
            self._lose(self.ragged(text, cells), line)
            return None
        return cells

    def find_dataset(self, line: int, cell: str) -> Dataset | None:
        """Return the dataset of a row; None, after noting the problem, if its cell names none."""
        name = cell.strip(" \t")
        dataset = self.datasets.get(name)
        if dataset is None:
            self.n_lost += 1
            self.problems.add(*not_a_dataset(name, self.benchmark), line=line)
        return dataset

    def store(self, dataset: Dataset, row: int, line: int, values: list[float] | None) -> None:
        """Store the line of a row, and its values unless they are unreadable."""
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
                self.problems.add_once("whole dataset", message, dataset=dataset.name)
            else:
                message = self.missing_message(dataset, missing)
                self.problems.add_once("missing", message, dataset=dataset.name)

    def missing_message(self, dataset: Dataset, missing: np.ndarray) -> str:
        """Return the message about missing rows, given their numbers."""
        raise NotImplementedError


def numbered_lines(file: FileText, start: int, line: int) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each line that is not blank, without its line end.

    `start` is the first byte, `line` the number of its line.
    """
    data = file.data
    while start < len(data):
        newline = data.find(b"\n", start)
        end = len(data) if newline < 0 else newline
        raw = data[start:end]
        raw = raw.removesuffix(b"\r")
        if raw.strip(b" \t"):
            yield line, raw
        start = end + 1
        line += 1
