"""MedMNIST files: one npz of six arrays ({train,val,test}_{images,labels}) per dataset and resolution.

Images stay uint8 and keep their channels. An uncompressed array is memory-mapped. A compressed array, as in the
official files, is read into memory once; no second copy is made. If memory is short, pack a file again without
compression, and it is mapped: `unzip X.npz -d X && zip -0 -j X-stored.npz X/*.npy`, then put X-stored.npz in the
place of X.npz (at 224 pixels the 12 files then take 49 GB of disk).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from baselines.mmpt.data.further import FurtherDataset
from challenge.content.datasets import ABOUT_DATASETS
from challenge.medmnist import npz
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")

#: Name of the file that marks a synthetic collection; it contains {resolution: {"sizes": {dataset: {split: n}}}}.
MARKER = "synthetic.json"


class DataError(ValueError):
    """Unusable files; `problems` lists every problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, eq=False)
class DatasetImages:
    """One split of a dataset, in the order of its file.

    Attributes:
        dataset: the dataset of the benchmark.
        images: uint8, (n, h, w) grey or (n, h, w, 3); read-only if mapped from a file.
        labels: class numbers, int64 (n,); for a multi-label dataset 0 and 1, float32 (n, n_classes).

    """

    dataset: Dataset
    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


def file_name(dataset_name: str, resolution: int) -> str:
    """Return the name of the official file of a dataset."""
    return f"{dataset_name}{'' if resolution == 28 else f'_{resolution}'}.npz"


def check_folder(
    folder: Path, datasets: Sequence[Dataset], resolution: int, splits: Sequence[Split] = SPLITS
) -> None:
    """Check that the files are there and valid, without reading images.

    Raises DataError that names every file and array that is missing, damaged, of the wrong size or type, or has labels
    out of range. Damage to the images themselves is found when they are read.
    """
    if not folder.is_dir():
        raise DataError([f"{folder} is not a folder."])
    sizes = _sizes(folder, resolution)
    missing = [dataset for dataset in datasets if not (folder / file_name(dataset.name, resolution)).exists()]
    problems = []
    if missing:
        names = ", ".join(file_name(dataset.name, resolution) for dataset in missing)
        official = not sizes and any(not isinstance(dataset, FurtherDataset) for dataset in missing)
        hint = " Download the official files with `manage.py train_baseline --download`." if official else ""
        problems.append(f"{len(missing)} of {len(datasets)} files are missing from {folder}: {names}.{hint}")
    for dataset in datasets:
        if dataset not in missing:
            problems += _problems_of_file(folder, dataset, resolution, splits, sizes)
    if problems:
        raise DataError(problems)


def load_split(
    folder: Path, dataset: Dataset, resolution: int, split: Split, *, check_official_size: bool = True
) -> DatasetImages:
    """Load one split: its images are memory-mapped if the file is uncompressed, otherwise read once.

    Without `check_official_size` the split may have any number of images. Raises DataError.
    """
    path = folder / file_name(dataset.name, resolution)
    size = expected_size(dataset, split, _sizes(folder, resolution)) if check_official_size else None
    try:
        images = _describe_images(path, dataset, resolution, split, size)
        labels = load_labels(path, dataset, split, n_images=images.shape[0])
        return DatasetImages(dataset, npz.load(images), labels)
    except npz.NpzError as error:
        raise DataError([_problem(path, error)]) from error


def stream_images(
    folder: Path, dataset: Dataset, resolution: int, split: Split, batch_size: int
) -> Iterator[np.ndarray]:
    """Yield the images of a split in order, uint8 (b, h, w) or (b, h, w, 3), with one batch in memory at a time.

    The checksum of the file is checked after the last batch. Raises DataError.
    """
    path = folder / file_name(dataset.name, resolution)
    size = expected_size(dataset, split, _sizes(folder, resolution))
    try:
        yield from npz.read_rows(_describe_images(path, dataset, resolution, split, size), batch_size)
    except npz.NpzError as error:
        raise DataError([_problem(path, error)]) from error


def n_images(folder: Path, dataset: Dataset, resolution: int, split: Split) -> int:
    """Return the number of images of a split, from the header of its file. Raises DataError."""
    path = folder / file_name(dataset.name, resolution)
    try:
        size = expected_size(dataset, split, _sizes(folder, resolution))
        return _describe_images(path, dataset, resolution, split, size).shape[0]
    except npz.NpzError as error:
        raise DataError([_problem(path, error)]) from error


def benchmark_of(folder: Path, resolution: int, benchmark: Benchmark = MEDMNIST_PLUS) -> Benchmark:
    """Return the benchmark with the test-split sizes of `folder`, which differ in a synthetic collection."""
    sizes = _sizes(folder, resolution)
    return replace(
        benchmark,
        datasets=tuple(
            replace(dataset, n_test=expected_size(dataset, "test", sizes) or dataset.n_test)
            for dataset in benchmark
        ),
    )


def expected_size(dataset: Dataset, split: Split, sizes: Mapping[str, Mapping[str, int]]) -> int | None:
    """Return the expected number of images of a split; None if it is unknown.

    `sizes` are the sizes of a synthetic collection; datasets that it does not contain have the official sizes.
    """
    if dataset.name in sizes:
        return sizes[dataset.name][split]
    if split == "test":
        return dataset.n_test or None
    about = ABOUT_DATASETS.get(dataset.name)
    if about is None:
        return None
    return about.n_train if split == "train" else about.n_val


def read_marker(folder: Path) -> dict[str, Any]:
    """Read the marker of a synthetic collection; empty if there is none. Raises DataError."""
    try:
        marker = json.loads((folder / MARKER).read_text())
        for collection in marker.values():
            for sizes in collection["sizes"].values():
                {split: int(sizes[split]) for split in SPLITS}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            [f"{folder / MARKER} is damaged ({error!r}): make the synthetic collection again."]
        ) from error
    return marker


def load_labels(path: Path, dataset: Dataset, split: Split, *, n_images: int) -> np.ndarray:
    """Read and check the labels of a split, in the form of `DatasetImages.labels`. Raises npz.NpzError."""
    name = f"{split}_labels"
    member = npz.describe(path, name)
    multi_label = dataset.task is Task.MULTILABEL
    shape = (n_images, dataset.n_classes if multi_label else 1)
    if member.dtype.kind not in "iu":
        raise npz.NpzError(f"holds `{name}` of type {member.dtype}, expected integers")
    if member.shape != shape and (multi_label or member.shape != (n_images,)):
        raise npz.NpzError(f"holds `{name}` of shape {member.shape}, expected {shape}")
    labels = npz.read(member)
    highest = 1 if multi_label else dataset.n_classes - 1
    if labels.min() < 0 or labels.max() > highest:
        raise npz.NpzError(f"holds `{name}` from {labels.min()} to {labels.max()}, expected 0 to {highest}")
    return labels.astype(np.float32) if multi_label else labels.astype(np.int64).reshape(n_images)


def _sizes(folder: Path, resolution: int) -> Mapping[str, Mapping[str, int]]:
    """Return the sizes of the synthetic collection of this resolution in `folder`; empty if there is none."""
    return read_marker(folder).get(str(resolution), {"sizes": {}})["sizes"]


def _problems_of_file(
    folder: Path,
    dataset: Dataset,
    resolution: int,
    splits: Sequence[Split],
    sizes: Mapping[str, Mapping[str, int]],
) -> list[str]:
    path = folder / file_name(dataset.name, resolution)
    problems = []
    for split in splits:
        try:
            size = expected_size(dataset, split, sizes)
            images = _describe_images(path, dataset, resolution, split, size)
            load_labels(path, dataset, split, n_images=images.shape[0])
        except npz.NpzError as error:
            problem = _problem(path, error)
            if problem not in problems:  # a file that is no archive has the same problem for each split
                problems.append(problem)
    return problems


def _describe_images(
    path: Path, dataset: Dataset, resolution: int, split: Split, size: int | None
) -> npz.Member:
    """Return the header of the images; raise npz.NpzError if their type or shape is wrong."""
    name = f"{split}_images"
    member = npz.describe(path, name)
    if member.dtype != np.uint8:
        raise npz.NpzError(f"holds `{name}` of type {member.dtype}, expected uint8")
    about = ABOUT_DATASETS.get(dataset.name)
    if isinstance(dataset, FurtherDataset):
        n_channels = dataset.n_channels
    else:
        n_channels = about.n_channels if about else 3 if len(member.shape) == 4 else 1
    expected = (resolution, resolution, 3) if n_channels == 3 else (resolution, resolution)
    if member.shape[1:] != expected or (member.shape[0] != size if size else member.shape[0] == 0):
        counted = f"{size}" if size else "n"
        raise npz.NpzError(
            f"holds `{name}` of shape {member.shape}, expected ({', '.join([counted, *map(str, expected)])})"
        )
    return member


def _problem(path: Path, error: npz.NpzError) -> str:
    return f"{path.name} {error}; put a good copy in its place ({path.parent})."
