"""Synthetic collections in the layout of the MedMNIST files, for tests, demonstrations and users without the data.

Splits have the official sizes (times a scale), and datasets the official channels, tasks and numbers of classes.
`synthetic_labels` and `synthetic_images` describe the content.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from baselines.mmpt.data.splits import MARKER, DataError, Split, file_name, read_marker
from baselines.mmpt.data.synthetic_images import DOMAINS, make_images
from baselines.mmpt.data.synthetic_labels import FEWEST, make_labels
from challenge.content.datasets import ABOUT_DATASETS
from challenge.formats.atomic import atomic_write
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset


def make_collection(
    folder: Path,
    size: int = 28,
    scale: float = 1.0,
    seed: int = 0,
    benchmark: Benchmark = MEDMNIST_PLUS,
    write: Callable[[str], object] = lambda line: None,
    at_least: int = 0,
) -> None:
    """Write a file for each dataset of `benchmark`, and the marker with their sizes.

    A split has the official number of images times `scale`, and at least `at_least` images.

    The same seed gives the same labels on any machine. It also gives the same images, except for a few grey levels if
    numpy or the processor rounds differently. Images of another `size` show the same patterns. `write` is called with
    a line of text for each file. Files are uncompressed, so that they can be mapped.

    Raises DataError if the folder contains other files of the same names, OSError if it is not writable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = read_marker(folder)
    paths = {dataset.name: folder / file_name(dataset.name, size) for dataset in benchmark}
    present = [path.name for path in paths.values() if path.exists()]
    if present and str(size) not in marker:
        raise DataError(
            [f"{folder} contains files of another origin ({', '.join(present)}): give another folder."]
        )
    sizes = {dataset.name: split_sizes(dataset, scale, at_least) for dataset in benchmark}
    marker[str(size)] = {"scale": scale, "seed": seed, "sizes": sizes}
    with atomic_write(folder / MARKER) as draft:
        draft.write_text(json.dumps(marker, indent=1) + "\n")
    for dataset in benchmark:
        path = paths[dataset.name]
        with atomic_write(path) as draft:
            _write_npz(draft, dataset=dataset, size=size, sizes=sizes[dataset.name], seed=seed)
        write(f"{path.name}: {sum(sizes[dataset.name].values()):,} images")


def split_sizes(dataset: Dataset, scale: float = 1.0, at_least: int = 0) -> dict[Split, int]:
    """Return the size of each split: official size times `scale`, at least `at_least`, enough for each class."""
    about = ABOUT_DATASETS[dataset.name]
    official: dict[Split, int] = {"train": about.n_train, "val": about.n_val, "test": dataset.n_test}
    fewest = max(at_least, FEWEST * max(2, dataset.n_classes))
    return {split: max(round(n_images * scale), fewest) for split, n_images in official.items()}


def _write_npz(path: Path, dataset: Dataset, size: int, sizes: Mapping[Split, int], seed: int) -> None:
    """Write the file of a dataset, with a chunk of images in memory at a time."""
    shape = (size, size, 3) if len(DOMAINS[dataset.name][0]) == 3 else (size, size)
    with zipfile.ZipFile(path, "w") as archive:
        for number, (split, n_images) in enumerate(sizes.items()):
            labels = make_labels(dataset, n_images, seed, number)
            images = make_images(dataset, labels, size, seed, number)
            _write_member(archive, f"{split}_images", (n_images, *shape), images)
            _write_member(archive, f"{split}_labels", labels.shape, iter([labels]))


def _write_member(
    archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], pieces: Iterator[np.ndarray]
) -> None:
    info = zipfile.ZipInfo(f"{name}.npy")  # without a time stamp, so equal arrays give equal files
    with archive.open(info, "w", force_zip64=True) as stream:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(stream, header)
        for piece in pieces:
            stream.write(np.ascontiguousarray(piece).data)
