"""Sample images: a montage of training images for each dataset and resolution, made from MedMNIST's files.

The organizers make them (`manage.py make_dataset_samples`); where there are none, pages show a placeholder.
"""

import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from django.conf import settings
from PIL import Image

from challenge.scoring.benchmark import Dataset, Task

#: At least so many images are shown, the same number of each class; more where a dataset has more classes.
_FEWEST_IMAGES = 10
_SEED = 0

_READ_ERRORS = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


class SamplesError(Exception):
    """Why no montage can be made of a file."""


@dataclass(frozen=True, slots=True)
class Montage:
    """A montage that is there."""

    resolution: int
    width: int
    height: int
    modified: int


def sample_path(name: str, resolution: int) -> Path:
    """Where the montage of a dataset at a resolution is kept."""
    return settings.SAMPLES_DIR / f"{name}_{resolution}.png"


def find_montage(dataset: Dataset, resolution: int) -> Montage | None:
    """Return what a page needs to show a montage, if there is one."""
    path = sample_path(dataset.name, resolution)
    try:
        with Image.open(path) as image:
            return Montage(resolution, image.width, image.height, int(path.stat().st_mtime))
    except OSError:
        return None


def images_per_class(dataset: Dataset) -> int:
    """Return how many images of each class a montage shows."""
    return max(1, _FEWEST_IMAGES // dataset.n_classes)


def make_montage(npz: Path, dataset: Dataset, resolution: int) -> None:
    """Write the montage of an official file: training images, drawn at random, in the order of the classes.

    The draw is the same at each resolution, whose files hold the same images in the same order. Of the images,
    only those that are drawn are kept in memory.

    Raises SamplesError if the file is damaged or is not what its name says, and OSError if nothing can be written.
    """
    try:
        with zipfile.ZipFile(npz) as archive:
            drawn = _draw(_read_labels(archive, dataset), dataset)
            tiles = _read_images(archive, resolution, drawn)
    except KeyError as error:
        raise SamplesError("it holds no training images or no training labels") from error
    except _READ_ERRORS as error:
        raise SamplesError(f"it is damaged or unreadable ({error})") from error
    _write(_arrange(tiles, resolution), sample_path(dataset.name, resolution))


def _read_labels(archive: zipfile.ZipFile, dataset: Dataset) -> np.ndarray:
    """The labels as (images, classes) of truth values."""
    with archive.open("train_labels.npy") as stream:
        labels = np.lib.format.read_array(stream, allow_pickle=False)
    width = dataset.n_classes if dataset.task is Task.MULTILABEL else 1
    if labels.ndim != 2 or labels.shape[1] != width or labels.dtype.kind not in "iu":
        raise SamplesError(f"its labels are {labels.dtype} of shape {labels.shape}, expected (n, {width})")
    return labels == (1 if dataset.task is Task.MULTILABEL else np.arange(dataset.n_classes))


def _draw(labels: np.ndarray, dataset: Dataset) -> list[int]:
    """Rows of training images, some of each class in turn."""
    rng = np.random.default_rng(_SEED)
    drawn: list[int] = []
    for name, belongs in zip(dataset.classes, labels.T, strict=True):
        rows = np.flatnonzero(belongs)
        if not len(rows):
            raise SamplesError(f"it has no training image of the class {name}")
        drawn += rng.choice(rows, min(images_per_class(dataset), len(rows)), replace=False).tolist()
    return drawn


def _read_images(archive: zipfile.ZipFile, resolution: int, rows: list[int]) -> list[np.ndarray]:
    """Some of the training images: the array is read as a stream, and what lies between them is skipped.

    zipfile skips in pieces of bounded size, so it does not matter that the array of a file may have 10 GB.
    """
    images: dict[int, np.ndarray] = {}
    with archive.open("train_images.npy") as stream:
        shape = _image_shape(stream, resolution, max(rows) + 1)
        size = int(np.prod(shape))
        start = stream.tell()
        for row in sorted(set(rows)):
            stream.seek(start + row * size)
            images[row] = np.frombuffer(_read_exactly(stream, size), np.uint8).reshape(shape)
        stream.seek(0, os.SEEK_END)  # where zipfile compares the checksum of all that went by
    return [images[row] for row in rows]


def _image_shape(stream: IO[bytes], resolution: int, n_needed: int) -> tuple[int, ...]:
    """Read the header of an array of images, and return the shape of one of them."""
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise SamplesError(f"its images are written in version {version} of the format npy, expected (1, 0)")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    square = (resolution, resolution)
    if dtype != np.uint8 or is_fortran or shape[1:] not in (square, (*square, 3)) or shape[0] < n_needed:
        raise SamplesError(f"its images are {dtype} of shape {shape}, expected uint8 of (n, {resolution}, …)")
    return shape[1:]


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError("the images end early")
    return content


def _arrange(tiles: list[np.ndarray], resolution: int) -> Image.Image:
    """Two rows of tiles, with gaps that let the page show through."""
    gap = max(1, resolution // 28)
    columns = (len(tiles) + 1) // 2
    step = resolution + gap
    mode = "RGBA" if tiles[0].ndim == 3 else "LA"
    montage = Image.new(mode, (columns * step - gap, 2 * step - gap))
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        montage.paste(Image.fromarray(tile).convert(mode), (column * step, row * step))
    return montage


def _write(montage: Image.Image, path: Path) -> None:
    """Write the file, and never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        montage.save(part, format="PNG", optimize=True)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
