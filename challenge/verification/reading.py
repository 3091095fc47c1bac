"""Predictions of a valid submission file, read with pandas.

It checks nothing: the site's own reader has accepted the file before. Cells are read as text, and Python's `float`
makes numbers of them.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pandas as pd

from challenge.scoring.benchmark import Benchmark

GZIP, ZIP = b"\x1f\x8b", b"PK"
#: A first line that tells spreadsheets the separator; it may be as wide as the table.
SEPARATOR_LINE = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=,"?,*\s*', re.IGNORECASE)
#: Name of a file of MedMNIST's evaluator for a test split.
EVALUATOR_FILE = re.compile(r"([a-z]+mnist)(?:_[0-9]+)?_test(?![a-z0-9]).*\.csv", re.DOTALL)


def read_with_pandas(path: Path, benchmark: Benchmark) -> dict[str, np.ndarray]:
    """Return the probabilities of each dataset, rows in the order of the test split."""
    with path.open("rb") as file:
        magic = file.read(2)
    if magic == ZIP:
        values = _of_archive(path, benchmark)
    else:
        with gzip.open(path) if magic == GZIP else path.open("rb") as file:
            values = _of_table(_table(file), benchmark)
    # softmax in single precision: the rules take values outside by at most 1e-6 as 0 or 1
    return {name: np.clip(of_dataset, 0, 1) for name, of_dataset in values.items()}


def _table(file: gzip.GzipFile | IO[bytes]) -> pd.DataFrame:
    """Return a table with a header, of texts."""
    if not SEPARATOR_LINE.fullmatch(file.readline()):
        file.seek(0)
    table = _texts(file, header=0)
    return table.rename(columns=lambda name: name.strip().strip('"').strip())


def _texts(file: gzip.GzipFile | IO[bytes], header: int | None) -> pd.DataFrame:
    text = file.read().replace(b"\t", b" ")  # pandas skips only blanks before a quoted cell
    return pd.read_csv(
        io.BytesIO(text),
        header=header,
        index_col=False,
        dtype=object,
        keep_default_na=False,
        skipinitialspace=True,
        encoding="utf-8-sig",
    )


def _of_table(table: pd.DataFrame, benchmark: Benchmark) -> dict[str, np.ndarray]:
    """Return the predictions of a table in the canonical layout or in the layout of the thesis."""
    is_thesis = "probability" in table
    names = table["dataset_name" if is_thesis else "dataset"].str.strip()
    rows = {dataset.name: table[names == dataset.name] for dataset in benchmark}
    if is_thesis:
        return {name: _of_lists(of_dataset["probability"]) for name, of_dataset in rows.items()}
    return {
        dataset.name: _of_cells(
            rows[dataset.name]["index"], rows[dataset.name][[f"p{j}" for j in range(dataset.n_classes)]]
        )
        for dataset in benchmark
    }


def _of_lists(cells: pd.Series) -> np.ndarray:
    lists = cells.str.strip().str.removeprefix("[").str.removesuffix("]").str.split(",")
    return np.array([[float(cell) for cell in row if cell.strip()] for row in lists])


def _of_cells(index: pd.Series, cells: pd.DataFrame) -> np.ndarray:
    order = np.argsort([int(cell) for cell in index])
    return cells.to_numpy(dtype=object).astype(float)[order]


def _of_archive(path: Path, benchmark: Benchmark) -> dict[str, np.ndarray]:
    """Return the predictions in the files of MedMNIST's evaluator; binary datasets may have one score."""
    values = {}
    with zipfile.ZipFile(path) as archive:
        for name, member in _test_files(archive, benchmark).items():
            with archive.open(member) as file:
                table = _texts(file, header=None)
            scores = _of_cells(table[0], table.drop(columns=0))
            values[name] = np.column_stack([1 - scores, scores]) if scores.shape[1] == 1 else scores
    return values


def _test_files(archive: zipfile.ZipFile, benchmark: Benchmark) -> Mapping[str, str]:
    """Return the file of each dataset; folders and hidden files are left out."""
    found = {}
    names = {dataset.name for dataset in benchmark}
    for member in archive.namelist():
        place = PurePosixPath(member.replace("\\", "/"))
        is_hidden = "__MACOSX" in place.parts or any(part.startswith(".") for part in place.parts)
        match = EVALUATOR_FILE.fullmatch(place.name.lower())
        if match and match[1] in names and not is_hidden:
            found[match[1]] = member
    return found
