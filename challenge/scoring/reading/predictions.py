"""Read and write prediction files: the class probabilities of every test image of a benchmark.

docs/submission-format.md describes the format for people. `parse_fast` reads flawless files; all others are read
again by `parse_carefully`. This module checks the values for both.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import polars as pl

from ..benchmark import Benchmark, Dataset
from .archives import is_zip
from .causes import judge_beginning
from .files import FileText, Limits, most_lines, read_file
from .layouts import probability_columns, read_header
from .parse_carefully import parse_carefully
from .parse_evaluator import parse_evaluator_zip
from .parse_fast import parse_rows, read_rows
from .parsing import NOT_STATED, Parsed
from .problems import PredictionsError, Problem, ProblemLog
from .values import check_values
from .warnings import warnings_of_predicted, warnings_of_values

__all__ = ["Limits", "Predictions", "PredictionsError", "Problem", "read_predictions", "write_predictions"]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Content of a valid file: `values`, and sentences about signs of mistakes, which stop nothing.

    `values[name]` is (n_test, n_classes) float64, in the order of the test split. Every value is finite and in [0, 1];
    rows sum to 1 within `SUM_TOLERANCE`, except in multi-label datasets.
    """

    values: dict[str, np.ndarray]
    warnings: tuple[str, ...] = ()


def read_predictions(
    source: Path,
    benchmark: Benchmark,
    *,
    labels: Mapping[str, np.ndarray] | None = None,
    limits: Limits = Limits(),  # noqa: B008 - immutable
    resolution: int | None = None,
) -> Predictions:
    """Read a prediction file: one CSV, or a zip archive with the files of the evaluator of MedMNIST.

    `resolution` is that of the submission; names in a zip archive may state another, and are then refused.
    `labels` is only compared with the optional `truth` column of the thesis layout. This detects files whose rows are
    not in the order of the test split.

    Raises `PredictionsError` with all problems found, if the file is not one complete set of predictions.
    """
    if is_zip(source):
        problems = ProblemLog(line_numbers_restart=True)
        parsed = parse_evaluator_zip(source, benchmark, resolution, limits, problems)
    else:
        problems = ProblemLog()
        parsed = _parse_csv(source, benchmark, limits, labels is not None, problems)
    for dataset in benchmark:
        found = parsed.values[dataset.name]
        parsed.values[dataset.name] = check_values(found, dataset, problems, parsed.lines[dataset.name])
        if labels is not None and dataset.name in parsed.truth:
            _check_truth(parsed, labels[dataset.name], dataset, problems)
    problems.raise_if_any()
    warnings = warnings_of_predicted(parsed.predicted, parsed.values, benchmark)
    return Predictions(parsed.values, (*warnings, *warnings_of_values(parsed.values, benchmark)))


def _parse_csv(
    source: Path, benchmark: Benchmark, limits: Limits, with_truth: bool, problems: ProblemLog
) -> Parsed:
    def read() -> FileText:
        judge = partial(judge_beginning, benchmark=benchmark)
        return read_file(source, limits, most_lines(benchmark.n_rows), judge)

    file = read()
    layout = read_header(file, benchmark)
    rows, first_line = read_rows(file, layout, benchmark), file.first_line
    if rows is None:
        return parse_carefully(file, layout, benchmark, with_truth, problems)
    del file  # the text of 120,000 rows takes up to 75 MB
    parsed = parse_rows(rows, layout, benchmark, with_truth=with_truth, first_line=first_line)
    del rows
    return parsed or parse_carefully(read(), layout, benchmark, with_truth, problems)


def _check_truth(parsed: Parsed, labels: np.ndarray, dataset: Dataset, problems: ProblemLog) -> None:
    """Compare the `truth` column with the labels. Only the first difference is reported: more would reveal labels."""
    stated = parsed.truth[dataset.name]
    differs = ((stated != labels.reshape(stated.shape)) & (stated != NOT_STATED)).any(axis=1)
    if differs.any():
        row = int(np.argmax(differs))
        problems.add_once(
            "truth",
            "truth is not the label of this test image; are the rows in the order of the test split?",
            dataset=dataset.name,
            line=int(parsed.lines[dataset.name][row]),
            index=row,
        )


def write_predictions(
    target: Path,
    predictions: Mapping[str, np.ndarray],
    benchmark: Benchmark,
    *,
    precision: type[np.floating] = np.float32,
) -> None:
    """Write the canonical layout, gzip-compressed if the name of `target` ends in .gz.

    `predictions[name]` is (n_test, n_classes). Values are written as the shortest text that gives the same value in
    `precision`. By default that is float32: half the size of float64 text, and precise enough for a network's output.

    Raises `PredictionsError` if `read_predictions` would refuse the values, and `ValueError` if a dataset is missing
    or has another shape.
    """
    frame = pl.concat([_frame(predictions, dataset, benchmark, precision) for dataset in benchmark])
    if target.suffix == ".gz":
        # no time stamp and no name, so that equal predictions give equal files
        with target.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as compressed:
            frame.write_csv(cast(BinaryIO, compressed))
    else:
        frame.write_csv(target)


def _frame(
    predictions: Mapping[str, np.ndarray],
    dataset: Dataset,
    benchmark: Benchmark,
    precision: type[np.floating],
) -> pl.DataFrame:
    shape = dataset.n_test, dataset.n_classes
    values = predictions.get(dataset.name)
    if values is None or values.shape != shape:
        found = "none" if values is None else f"an array of shape {values.shape}"
        raise ValueError(f"{dataset.name}: expected predictions of shape {shape}, got {found}")
    problems = ProblemLog()
    if not np.isfinite(values).all():
        problems.add("not finite", "some values are not finite", dataset=dataset.name)
    values = check_values(values, dataset, problems)
    problems.raise_if_any()
    columns = dict(zip(probability_columns(benchmark), values.astype(precision).T, strict=False))
    index = np.arange(dataset.n_test)
    kind = pl.Float64 if precision is np.float64 else pl.Float32
    blank = [pl.lit(None, kind).alias(c) for c in probability_columns(benchmark)[dataset.n_classes :]]
    return pl.DataFrame({"index": index} | columns).select(
        pl.lit(dataset.name).alias("dataset"), pl.all(), *blank
    )
