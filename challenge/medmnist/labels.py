"""Reading of the test labels from the official files, without their images."""

import os
from pathlib import Path

import numpy as np

from challenge.medmnist import npz
from challenge.medmnist.facts import file_name
from challenge.scoring.benchmark import Benchmark, Dataset
from challenge.scoring.ground_truth import (
    GroundTruth,
    GroundTruthError,
    LabelsError,
    gather_labels,
    read_ground_truth,
)

#: Name of the test split's label array in an official file.
TEST_LABELS = "test_labels"


def read_labels(path: Path, benchmark: Benchmark) -> GroundTruth:
    """Read and check the labels of all datasets of `benchmark`.

    `path` is a folder of official files (`pathmnist.npz`, `pathmnist_64.npz`, ...), or one npz file from
    `write_ground_truth`. If a folder has several resolutions, the smallest complete one is read.

    Raises GroundTruthError with every dataset that is missing, is unreadable or does not match the benchmark.
    """
    if path.is_dir():
        return gather_labels(benchmark, locate_files(path, benchmark), _read_test_labels)
    if _is_official_file(path):
        raise GroundTruthError([f"{path} holds one dataset; give the folder with the files of all datasets."])
    return read_ground_truth(path, benchmark)


def locate_files(folder: Path, benchmark: Benchmark) -> dict[str, Path]:
    """Return the file of each dataset, at the smallest resolution with no missing file. Raises GroundTruthError."""
    try:
        present = set(os.listdir(folder))
    except OSError as error:
        raise GroundTruthError([f"The folder {folder} cannot be read: {error.strerror}."]) from error
    problems = []
    for resolution in sorted(benchmark.resolutions):
        files = {dataset.name: file_name(dataset.name, resolution) for dataset in benchmark}
        missing = [file for file in files.values() if file not in present]
        if not missing:
            return {name: folder / file for name, file in files.items()}
        if len(missing) < len(files):
            problems.append(
                f"{resolution} pixels: {len(missing)} of {len(files)} files missing: {', '.join(missing)}."
            )
    if problems:
        raise GroundTruthError(
            [f"{folder} has no complete resolution; one complete resolution is enough.", *problems]
        )
    expected = ", ".join(file_name(dataset.name, 28) for dataset in benchmark)
    raise GroundTruthError([f"{folder} holds no MedMNIST files; expected {expected} (or _64, _128, _224)."])


def _read_test_labels(file: Path, dataset: Dataset) -> np.ndarray:
    try:
        return npz.read(npz.describe(file, TEST_LABELS))
    except npz.MissingArrayError as error:
        raise LabelsError(f"{error}.") from error
    except npz.NpzError as error:
        raise LabelsError(f"{error}; put a good copy in its place.") from error


def _is_official_file(path: Path) -> bool:
    try:
        npz.describe(path, TEST_LABELS)
    except npz.NpzError:
        return False
    return True
