"""Files like MedMNIST's, and the tiles of the montages made from them."""

from io import StringIO
from pathlib import Path

import numpy as np
from django.core.management import call_command
from PIL import Image

from challenge.content.samples import images_per_class, sample_path
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task

TILE = {28: 1, 64: 2, 128: 4, 224: 8}  # the gap between tiles

GREY = MEDMNIST_PLUS["octmnist"]
COLOUR = MEDMNIST_PLUS["pathmnist"]
MULTILABEL = MEDMNIST_PLUS["chestmnist"]


def labels_of(dataset, n: int) -> np.ndarray:
    """Return each class in turn; for a multi-label dataset, each single label in turn."""
    numbers = np.arange(n) % dataset.n_classes
    if dataset.task is Task.MULTILABEL:
        return np.eye(dataset.n_classes, dtype=np.uint8)[numbers]
    return numbers.astype(np.uint8)[:, None]


def shade(number: int) -> int:
    """Return the shade of all images of a class, by which a test recognizes the class in a montage."""
    return 10 + 15 * number


def write(folder: Path, dataset, resolution: int = 28, *, n: int = 60, save=np.savez_compressed) -> Path:
    """Write a file like MedMNIST's, with images in the shade of their class (in the red channel of colour images)."""
    numbers = np.arange(n) % dataset.n_classes
    square = (resolution, resolution)
    images = np.zeros((n, *square, 3) if dataset is COLOUR else (n, *square), np.uint8)
    shades = np.array([shade(k) for k in numbers], np.uint8)
    if dataset is COLOUR:
        images[..., 0] = shades[:, None, None]
    else:
        images[:] = shades[:, None, None]
    path = folder / f"{dataset.name}{'' if resolution == 28 else f'_{resolution}'}.npz"
    save(path, train_images=images, train_labels=labels_of(dataset, n), test_labels=np.zeros((3, 1)))
    return path


def run(folder: Path, *options: object) -> str:
    output = StringIO()
    call_command("make_dataset_samples", str(folder), *map(str, options), stdout=output)
    return output.getvalue()


def tiles_of(dataset, resolution: int) -> list[np.ndarray]:
    """Cut a montage into its tiles."""
    with Image.open(sample_path(dataset.name, resolution)) as image:
        pixels = np.asarray(image)
    n_tiles = images_per_class(dataset) * dataset.n_classes
    columns = -(-n_tiles // 2)
    step = resolution + TILE[resolution]
    assert pixels.shape[:2] == (2 * step - TILE[resolution], columns * step - TILE[resolution])
    corners = [(row * step, column * step) for row in range(2) for column in range(columns)][:n_tiles]
    return [pixels[y : y + resolution, x : x + resolution] for y, x in corners]
