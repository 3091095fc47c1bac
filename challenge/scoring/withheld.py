"""Withheld datasets: labels that an organizer uploads, their checks, and their files.

A file is CSV (`index,label`, or `index` and a column of 0 and 1 for each label of a multi-label dataset), or an npz
with an array `labels` or `test_labels`. Only organizers read the messages: they quote cells.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .benchmark import Benchmark, Dataset, Task
from .ground_truth import GroundTruth, GroundTruthError, LabelsError, check_labels, gather_labels, read_array

#: Limits of a withheld dataset. Labels are stored in a byte, and a row of a submission has 1,024 bytes.
MOST_IMAGES, MOST_CLASSES = 100_000, 50
#: Size of an uploaded file, and of the array in it after decompression.
MOST_FILE_BYTES, MOST_ARRAY_BYTES = 16 << 20, 64 << 20
#: Name of the array in the files that the site keeps, and names in uploaded files: those of MedMNIST have the second.
LABELS = "labels"
ARRAYS = (LABELS, "test_labels")

_SHOWN = 20


@dataclass(frozen=True)
class LabelFile:
    """A withheld dataset, and the stored file of its labels."""

    dataset: Dataset
    path: Path


def parse_labels(content: bytes, task: Task, n_classes: int) -> np.ndarray:
    """Return the labels in an uploaded file: (n,), or (n, n_classes) if multi-label. `checked` checks their values.

    Raises:
        LabelsError: the content is not such a file; the message says where, and what was expected.

    """
    if len(content) > MOST_FILE_BYTES:
        raise LabelsError(f"The file has {len(content):,} bytes; at most {MOST_FILE_BYTES:,} are read.")
    if content[:4] == b"PK\x03\x04":
        return _parse_npz(content)
    return _parse_csv(content, n_classes if task is Task.MULTILABEL else 1)


def checked(labels: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the labels as the site stores them, if they fit the dataset.

    Raises:
        LabelsError: a value is no class, or a class has no images or all of them.

    """
    try:
        return check_labels(labels, dataset)
    except LabelsError as error:
        raise LabelsError(f"The file {error}") from error


def read_withheld(files: Sequence[LabelFile]) -> Mapping[str, np.ndarray]:
    """Return the stored labels of withheld datasets, by name.

    Raises:
        GroundTruthError: a file is missing, damaged or does not fit its dataset.

    """
    if not files:
        return {}
    benchmark = Benchmark("withheld", tuple(file.dataset for file in files), ())
    paths = {file.dataset.name: file.path for file in files}
    if missing := [path for path in paths.values() if not path.exists()]:
        raise GroundTruthError([f"{path} does not exist." for path in missing])
    return gather_labels(benchmark, paths, _read).labels


def version_of(labels: np.ndarray) -> str:
    """Return the SHA-256 (hex) of labels, which names their file."""
    return GroundTruth({"withheld": labels}).version


def _read(path: Path, dataset: Dataset) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        return read_array(archive, LABELS)


def _parse_npz(content: bytes) -> np.ndarray:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
            name = next((name for name in ARRAYS if f"{name}.npy" in sizes), None)
            if name is None:
                raise LabelsError("The npz file has no array `labels` or `test_labels`.")
            if sizes[f"{name}.npy"] > MOST_ARRAY_BYTES:
                raise LabelsError(f"The array `{name}` has more than {MOST_ARRAY_BYTES:,} bytes.")
            return _limited(_squeezed(read_array(archive, name)))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise LabelsError(f"The file is no npz file that can be read ({error}).") from error


def _squeezed(labels: np.ndarray) -> np.ndarray:
    """Return labels of one column, as in files of MedMNIST, without their second axis."""
    return labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels


def _limited(labels: np.ndarray) -> np.ndarray:
    if labels.ndim == 0 or not 0 < len(labels) <= MOST_IMAGES:
        raise LabelsError(
            f"The labels have the shape {labels.shape}; expected 1 to {MOST_IMAGES:,} test images."
        )
    return labels


def _parse_csv(content: bytes, n_columns: int) -> np.ndarray:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelsError("The file is neither an npz file nor text in UTF-8.") from error
    if "\0" in text:
        raise LabelsError("The file has NUL bytes: it is neither an npz file nor CSV.")
    try:
        header, *rows = csv.reader(io.StringIO(text), strict=True)
    except csv.Error as error:
        raise LabelsError(f"The file is no CSV ({error}).") from error
    except ValueError as error:
        raise LabelsError("The file is empty.") from error
    expected = "index,label" if n_columns == 1 else f"index and {n_columns} columns, one for each label"
    if [cell.strip() for cell in header][:1] != ["index"] or len(header) != n_columns + 1:
        raise LabelsError(f"Line 1 is “{_shown(','.join(header))}”; expected the header {expected}.")
    if len(rows) > MOST_IMAGES + 1:
        raise LabelsError(
            f"The file has {len(rows):,} rows; at most {MOST_IMAGES:,} test images are possible."
        )
    numbers = [_numbers(row, line, n_columns + 1) for line, row in enumerate(rows, start=2) if row]
    return _in_order(_limited(np.array(numbers, dtype=np.int64).reshape(-1, n_columns + 1)))


def _numbers(row: Sequence[str], line: int, n_cells: int) -> list[int]:
    if len(row) != n_cells:
        raise LabelsError(f"Line {line} has {len(row)} cells; the header has {n_cells}.")
    for cell in row:
        if not (cell.strip().isascii() and cell.strip().isdecimal() and len(cell.strip()) <= 9):
            raise LabelsError(f"Line {line}: “{_shown(cell)}” is no whole number from 0.")
    return [int(cell) for cell in row]


def _in_order(numbers: np.ndarray) -> np.ndarray:
    """Return the labels in the order of their indices, each of which must occur once."""
    indices, n = numbers[:, 0], len(numbers)
    order = np.argsort(indices, kind="stable")
    wrong = np.flatnonzero(indices[order] != np.arange(n))
    if len(wrong):
        place = int(wrong[0])
        raise LabelsError(
            f"The indices must be 0 to {n - 1}, each once; index {place} is missing or another occurs twice."
        )
    return _squeezed(numbers[order, 1:])


def _shown(text: str) -> str:
    printable = "".join(character for character in text if character.isprintable())
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…"
