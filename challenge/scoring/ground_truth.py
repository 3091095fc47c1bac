"""Labels of the test splits: checks, version and storage.

Labels are stored as one npz of label arrays, keyed by dataset name. `challenge.medmnist.labels` reads the official
files.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .benchmark import Benchmark, Dataset, Task

#: Errors of zipfile and NumPy for files that are damaged, encrypted, unreadable, pickled or not an archive.
_READ_ERRORS = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


class GroundTruthError(ValueError):
    """The labels cannot be used; `problems` lists all reasons."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class LabelsError(Exception):
    """A problem with the labels of one dataset, worded to follow the name of the file."""


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """Labels by dataset name, in benchmark order.

    Arrays are uint8: class numbers of shape (n_test,), or 0/1 of shape (n_test, n_classes) if multi-label.
    """

    labels: Mapping[str, np.ndarray]

    @cached_property
    def version(self) -> str:
        """SHA-256 (hex) of names, shapes and labels, independent of the files they came from."""
        digest = hashlib.sha256()
        for name, labels in self.labels.items():
            digest.update(f"{name} {labels.shape}\n".encode())
            digest.update(labels.astype(np.uint8).tobytes())
        return digest.hexdigest()


def gather_labels(
    benchmark: Benchmark, files: Mapping[str, Path], read: Callable[[Path, Dataset], np.ndarray]
) -> GroundTruth:
    """Read the labels of each dataset from its file with `read`, and check them.

    `read` raises LabelsError if it fails. Raises GroundTruthError with every dataset that is unreadable or does not
    match the benchmark.
    """
    labels: dict[str, np.ndarray] = {}
    problems = []
    for dataset in benchmark:
        file = files[dataset.name]
        try:
            labels[dataset.name] = check_labels(read(file, dataset), dataset)
        except LabelsError as error:
            problems.append(f"{dataset.name}: {file.name} {error}")
    if problems:
        raise GroundTruthError(problems)
    return GroundTruth(labels)


def read_ground_truth(path: Path, benchmark: Benchmark) -> GroundTruth:
    """Read and check a file from `write_ground_truth`.

    Raises GroundTruthError with every dataset that is missing, is unreadable or does not match the benchmark.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise GroundTruthError([f"{path} does not exist."]) from error
    except _READ_ERRORS as error:
        raise GroundTruthError([f"{path} cannot be read as an npz file: {error}."]) from error

    def read(file: Path, dataset: Dataset) -> np.ndarray:
        return read_array(archive, dataset.name)

    with archive:
        return gather_labels(benchmark, dict.fromkeys((dataset.name for dataset in benchmark), path), read)


def read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Read an array of an npz file. Raises LabelsError."""
    try:
        with archive.open(f"{name}.npy") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)
    except KeyError as error:
        raise LabelsError(f"holds no array `{name}`.") from error
    except _READ_ERRORS as error:
        raise LabelsError(f"is damaged or unreadable ({error}); put a good copy in its place.") from error


def write_ground_truth(ground_truth: GroundTruth, path: Path) -> None:
    """Write one compressed npz of label arrays, keyed by dataset name. Raises OSError."""
    # Any, because mypy matches `**arrays` against the other arguments too.
    arrays: dict[str, Any] = dict(ground_truth.labels)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def count_classes(labels: Mapping[str, np.ndarray], benchmark: Benchmark) -> dict[str, tuple[int, ...]]:
    """Return the number of images of each class (or with each label, if multi-label), by dataset."""
    return {d.name: tuple(_count_classes(labels[d.name], d).tolist()) for d in benchmark}


def _count_classes(labels: np.ndarray, dataset: Dataset) -> np.ndarray:
    if dataset.task is Task.MULTILABEL:
        return labels.sum(axis=0, dtype=np.int64)
    return np.bincount(labels, minlength=dataset.n_classes)


def check_labels(found: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the labels in the form of `GroundTruth`, if they match `dataset`. Raises LabelsError."""
    multi_label = dataset.task is Task.MULTILABEL
    official_shape = (dataset.n_test, dataset.n_classes if multi_label else 1)
    if found.dtype.kind not in "iu":
        raise LabelsError(f"holds labels of type {found.dtype}, expected integers.")
    if found.shape != official_shape and (multi_label or found.shape != (dataset.n_test,)):
        raise LabelsError(
            f"holds labels of shape {found.shape}; the official test split has {official_shape}."
        )
    highest = 1 if multi_label else dataset.n_classes - 1
    if found.min() < 0 or found.max() > highest:
        raise LabelsError(f"holds labels from {found.min()} to {found.max()}, expected 0 to {highest}.")
    labels = found.astype(np.uint8) if multi_label else found.astype(np.uint8).reshape(dataset.n_test)
    _check_presence(labels, dataset)
    return labels


def _check_presence(labels: np.ndarray, dataset: Dataset) -> None:
    """Check that each class (or label) has positive and negative test images; without both it has no AUC."""
    undefined = [
        class_name
        for class_name, count in zip(dataset.classes, _count_classes(labels, dataset), strict=True)
        if not 0 < count < dataset.n_test
    ]
    if undefined:
        raise LabelsError(
            f"has no AUC for: {'; '.join(undefined)} (no image has the label, or every image has it)."
        )
