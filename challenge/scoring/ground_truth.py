"""The labels of the test splits: read from MedMNIST files or from the site's own, checked, versioned.

Two layouts are read: a folder of the official MedMNIST files, of which only the labels are touched
(an npz file is a zip archive, so the images are never loaded), and one npz of label arrays keyed by
dataset name, which is how the site stores what it has checked.
"""

import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .benchmark import Benchmark, Dataset, Task

#: The array of an official MedMNIST file that holds the labels of the test split.
TEST_LABELS = "test_labels"

#: What zipfile and numpy raise for files that are damaged, encrypted, unreadable, pickled or no archive.
_READ_ERRORS = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


class GroundTruthError(ValueError):
    """The labels cannot be used; `problems` names everything that is off."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _LabelsError(Exception):
    """What is wrong with the labels of one dataset."""


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The labels of each dataset, by its name, in benchmark order.

    Arrays are uint8: class numbers of shape (n_test,), or 0/1 of shape (n_test, n_classes) if multi-label.
    """

    labels: Mapping[str, np.ndarray]

    @cached_property
    def version(self) -> str:
        """SHA-256 (hex) of names, shapes and labels, whatever files they were read from."""
        digest = hashlib.sha256()
        for name, labels in self.labels.items():
            digest.update(f"{name} {labels.shape}\n".encode())
            digest.update(labels.astype(np.uint8).tobytes())
        return digest.hexdigest()


def read_ground_truth(path: Path, benchmark: Benchmark) -> GroundTruth:
    """Read and check the labels of all datasets of `benchmark`.

    `path` is a folder of official MedMNIST files (`pathmnist.npz`, `pathmnist_64.npz`, ...; of several
    resolutions the smallest complete one is read), or one npz file as `write_ground_truth` writes it.

    Raises GroundTruthError, naming every dataset that is missing, unreadable or not as the benchmark says.
    """
    located = _locate_in_folder(path, benchmark) if os.path.isdir(path) else _locate_in_file(path, benchmark)
    labels: dict[str, np.ndarray] = {}
    problems = []
    for dataset in benchmark:
        file, array_name = located[dataset.name]
        try:
            labels[dataset.name] = _check_labels(_read_array(file, array_name), dataset)
        except _LabelsError as error:
            problems.append(f"{dataset.name}: {file.name} {error}")
    if problems:
        raise GroundTruthError(problems)
    return GroundTruth(labels)


def write_ground_truth(ground_truth: GroundTruth, path: Path) -> None:
    """Write one compressed npz that `read_ground_truth` reads; never half of it. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    # mypy takes `**arrays` for the other arguments too, hence Any.
    arrays: dict[str, Any] = dict(ground_truth.labels)
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, **arrays)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _locate_in_folder(folder: Path, benchmark: Benchmark) -> dict[str, tuple[Path, str]]:
    """The file and array of each dataset, at the smallest resolution of which no file is missing."""
    try:
        present = set(os.listdir(folder))
    except OSError as error:
        raise GroundTruthError([f"The folder {folder} cannot be read: {error.strerror}."]) from error
    problems = []
    for resolution in sorted(benchmark.resolutions):
        suffix = "" if resolution == 28 else f"_{resolution}"
        files = {dataset.name: f"{dataset.name}{suffix}.npz" for dataset in benchmark}
        missing = [file for file in files.values() if file not in present]
        if not missing:
            return {name: (folder / file, TEST_LABELS) for name, file in files.items()}
        if len(missing) < len(files):
            problems.append(
                f"{resolution} pixels: {len(missing)} of {len(files)} files missing: {', '.join(missing)}."
            )
    if problems:
        raise GroundTruthError([f"{folder} holds no complete set of files; one is enough.", *problems])
    expected = ", ".join(f"{dataset.name}.npz" for dataset in benchmark)
    raise GroundTruthError([f"{folder} holds no MedMNIST files; expected {expected} (or _64, _128, _224)."])


def _locate_in_file(file: Path, benchmark: Benchmark) -> dict[str, tuple[Path, str]]:
    """The same for one npz that holds an array for each dataset."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.namelist()
    except FileNotFoundError as error:
        raise GroundTruthError([f"{file} does not exist."]) from error
    except _READ_ERRORS as error:
        raise GroundTruthError([f"{file} cannot be read as an npz file: {error}."]) from error
    if f"{TEST_LABELS}.npy" in members:
        raise GroundTruthError([f"{file} holds one dataset; give the folder with the files of all of them."])
    return {dataset.name: (file, dataset.name) for dataset in benchmark}


def _read_array(file: Path, name: str) -> np.ndarray:
    """One array of an npz file, without reading the others and without unpickling anything."""
    try:
        with zipfile.ZipFile(file) as archive:
            content = archive.read(f"{name}.npy")
        return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except KeyError as error:
        raise _LabelsError(f"holds no array `{name}`.") from error
    except _READ_ERRORS as error:
        raise _LabelsError(f"is damaged or unreadable ({error}); put a good copy in its place.") from error


def _check_labels(found: np.ndarray, dataset: Dataset) -> np.ndarray:
    """The labels as a `GroundTruth` holds them, if they are those of `dataset`."""
    multi_label = dataset.task is Task.MULTILABEL
    official_shape = (dataset.n_test, dataset.n_classes if multi_label else 1)
    if found.dtype.kind not in "iu":
        raise _LabelsError(f"holds labels of type {found.dtype}, expected integers.")
    if found.shape != official_shape and (multi_label or found.shape != (dataset.n_test,)):
        raise _LabelsError(
            f"holds labels of shape {found.shape}; the official test split has {official_shape}."
        )
    highest = 1 if multi_label else dataset.n_classes - 1
    if found.min() < 0 or found.max() > highest:
        raise _LabelsError(f"holds labels from {found.min()} to {found.max()}, expected 0 to {highest}.")
    labels = found.astype(np.uint8) if multi_label else found.astype(np.uint8).reshape(dataset.n_test)
    _check_presence(labels, dataset)
    return labels


def _check_presence(labels: np.ndarray, dataset: Dataset) -> None:
    """AUC is defined only where each class (label) has test images in it and test images outside it."""
    if dataset.task is Task.MULTILABEL:
        n_positive = labels.sum(axis=0, dtype=np.int64)
    else:
        n_positive = np.bincount(labels, minlength=dataset.n_classes)
    undefined = [
        class_name
        for class_name, count in zip(dataset.classes, n_positive, strict=True)
        if not 0 < count < dataset.n_test
    ]
    if undefined:
        raise _LabelsError(f"has no image, or nothing but images, of: {'; '.join(undefined)} (no AUC).")
