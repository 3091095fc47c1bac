"""Sample images: a montage of training images for each dataset and resolution, made from the official files.

The organizers make them (`manage.py make_dataset_samples`); without montages, pages show a placeholder.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from PIL import Image

from challenge.formats.atomic import atomic_write
from challenge.medmnist import npz
from challenge.scoring.benchmark import Dataset, Task

#: Minimum number of images shown, the same number of each class; more if a dataset has more classes.
_FEWEST_IMAGES = 10
_SEED = 0


class SamplesError(Exception):
    """The reason why no montage can be made of a file."""


@dataclass(frozen=True, slots=True)
class Montage:
    """A montage that has been made."""

    resolution: int
    width: int
    height: int
    modified: int


def sample_path(name: str, resolution: int) -> Path:
    """Return the path of the montage of a dataset at a resolution."""
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


def make_montage(path: Path, dataset: Dataset, resolution: int) -> None:
    """Write the montage of an official file: training images, drawn at random, in the order of the classes.

    The draw is the same at each resolution, whose files hold the same images in the same order. Only the images that
    are drawn are kept in memory.

    Raises SamplesError if the file is damaged or is not what its name says, and OSError if nothing can be written.
    """
    try:
        drawn = _draw(_read_labels(path, dataset), dataset)
        tiles = npz.read_chosen_rows(_describe_images(path, resolution, max(drawn) + 1), drawn)
    except npz.MissingArrayError as error:
        raise SamplesError("it holds no training images or no training labels") from error
    except npz.NpzError as error:
        raise SamplesError(f"it {error}") from error
    target = sample_path(dataset.name, resolution)
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(target) as draft:
        _arrange(tiles, resolution).save(draft, format="PNG", optimize=True)


def _read_labels(path: Path, dataset: Dataset) -> np.ndarray:
    """Return the labels as (images, classes) of truth values."""
    labels = npz.read(npz.describe(path, "train_labels"))
    width = dataset.n_classes if dataset.task is Task.MULTILABEL else 1
    if labels.ndim != 2 or labels.shape[1] != width or labels.dtype.kind not in "iu":
        raise SamplesError(f"its labels are {labels.dtype} of shape {labels.shape}, expected (n, {width})")
    return labels == (1 if dataset.task is Task.MULTILABEL else np.arange(dataset.n_classes))


def _draw(labels: np.ndarray, dataset: Dataset) -> list[int]:
    """Draw rows of training images, some of each class in turn."""
    rng = np.random.default_rng(_SEED)
    drawn: list[int] = []
    for name, belongs in zip(dataset.classes, labels.T, strict=True):
        rows = np.flatnonzero(belongs)
        if not len(rows):
            raise SamplesError(f"it has no training image of the class {name}")
        drawn += rng.choice(rows, min(images_per_class(dataset), len(rows)), replace=False).tolist()
    return drawn


def _describe_images(path: Path, resolution: int, n_needed: int) -> npz.Member:
    """Return the header of the images, if they are of the right type and shape, and enough."""
    images = npz.describe(path, "train_images")
    square = (resolution, resolution)
    has_size = images.shape[1:] in (square, (*square, 3)) and images.shape[0] >= n_needed
    if images.dtype != np.uint8 or not has_size:
        raise SamplesError(
            f"its images are {images.dtype} of shape {images.shape}, expected uint8 of (n, {resolution}, …)"
        )
    return images


def _arrange(tiles: list[np.ndarray], resolution: int) -> Image.Image:
    """Arrange the tiles in two rows, with gaps that let the page show through."""
    gap = max(1, resolution // 28)
    columns = (len(tiles) + 1) // 2
    step = resolution + gap
    mode = "RGBA" if tiles[0].ndim == 3 else "LA"
    montage = Image.new(mode, (columns * step - gap, 2 * step - gap))
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        montage.paste(Image.fromarray(tile).convert(mode), (column * step, row * step))
    return montage
