"""Read the files of MedMNIST's evaluator from a zip archive.

Each file has no header; a row is the index, then the scores. One score of a binary dataset is that of class 1. As for
CSV files, a fast parser reads regular files, and a careful parser explains all others.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from ..benchmark import Benchmark, Dataset, Task
from .archives import check_methods, files_of, open_archive, unpack
from .causes import judge_rows
from .evaluator_files import choose_files
from .files import FileText, Limits, collect, most_lines
from .parse_carefully import parse_evaluator_file
from .parse_fast import MOST_BYTES_A_LINE, POLARS_ERRORS, count, has_odd_characters
from .parsing import Parsed
from .problems import PredictionsError, ProblemLog

_FIRST_ROW = re.compile(rb"[^ \t\r\n][^\n]*")


def parse_evaluator_zip(
    source: Path, benchmark: Benchmark, resolution: int | None, limits: Limits, problems: ProblemLog
) -> Parsed:
    """Read the files of all datasets; `resolution` is that of the submission, if it is known.

    Raises `PredictionsError` if the archive or a file cannot be read; problems with rows are added to `problems`.
    """
    parsed = Parsed({}, {})
    bytes_left = limits.decompressed_bytes
    with open_archive(source) as archive:
        chosen = choose_files(files_of(archive), benchmark, resolution)
        check_methods(chosen.values())
        for dataset in benchmark:
            with _naming(dataset):
                chunks = unpack(archive, chosen[dataset.name])
                file = collect(
                    chunks,
                    most_lines(dataset.n_test),
                    replace(limits, decompressed_bytes=bytes_left),
                    judge_rows,
                )
            bytes_left -= len(file.data)
            values, lines = _parse(file, dataset, problems)
            parsed.values[dataset.name] = values
            parsed.lines[dataset.name] = lines
    return parsed


@contextmanager
def _naming(dataset: Dataset) -> Iterator[None]:
    """Name the dataset in problems of its file as a whole."""
    try:
        yield
    except PredictionsError as error:
        raise PredictionsError(
            [replace(problem, dataset=dataset.name) for problem in error.problems]
        ) from None


def _parse(file: FileText, dataset: Dataset, problems: ProblemLog) -> tuple[np.ndarray, np.ndarray]:
    """Return the values and the line numbers of one file."""
    first_row = _FIRST_ROW.search(file.data)
    has_one_score = dataset.task is Task.BINARY and first_row is not None and first_row[0].count(b",") == 1
    found = _parse_fast(file, dataset, has_one_score)
    if found is None:
        parsed = parse_evaluator_file(file, dataset, has_one_score, problems)
        found = parsed.values[dataset.name], parsed.lines[dataset.name]
    return found


def _parse_fast(
    file: FileText, dataset: Dataset, has_one_score: bool
) -> tuple[np.ndarray, np.ndarray] | None:
    """Read a flawless file, or return None."""
    n_scores = 1 if has_one_score else dataset.n_classes
    if file.n_lines != dataset.n_test or len(file.data) > MOST_BYTES_A_LINE * file.n_lines:
        return None
    # polars fills short rows with nulls: only the number of commas reveals them
    if has_odd_characters(file.data, 0) or count(file.data, b",") != n_scores * file.n_lines:
        return None
    schema = {"index": pl.UInt32(), **{f"score {j}": pl.Float64() for j in range(n_scores)}}
    try:
        frame = pl.read_csv(file.data, has_header=False, schema=schema, quote_char=None)
    except POLARS_ERRORS:
        return None
    if frame.height != dataset.n_test or any(frame.null_count().row(0)):
        return None
    index = frame["index"].to_numpy()
    order = np.argsort(index, kind="stable")
    values = frame.select(frame.columns[1:]).to_numpy()[order]
    if not (np.array_equal(index[order], np.arange(dataset.n_test)) and np.isfinite(values).all()):
        return None
    if has_one_score:
        values = np.column_stack([1 - values, values])
    return np.asfortranarray(values), order + file.first_line
