"""Labels of MedMNIST's own files, which the package medmnist downloads."""

import zipfile
from pathlib import Path

import numpy as np

from medbig.errors import MedbigError
from medbig.scoring.benchmark import MEDMNIST_PLUS

#: Size whose files have no size in their names.
SMALLEST = 28


def label_file(root: Path, flag: str, size: int) -> Path:
    """Return the path of a dataset's file at a size."""
    return root / (f"{flag}.npz" if size == SMALLEST else f"{flag}_{size}.npz")


def read_labels(root: Path, flag: str, size: int, split: str) -> np.ndarray:
    """Return the labels of a split as in the file, (n, 1) or (n, n_labels).

    Without a file at this size, a file at another size is read: all have the same labels.

    Raises:
        MedbigError: there is no such file, or it holds no such labels.

    """
    sizes = [size, *(other for other in MEDMNIST_PLUS.resolutions if other != size)]
    path = next((file for other in sizes if (file := label_file(root, flag, other)).exists()), None)
    if path is None:
        raise MedbigError(
            f"{root} has no file of {flag}, such as {label_file(root, flag, size).name}. "
            f"Download MedMNIST's files once: python -m medmnist download --size={size} --root={root}"
        )
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive[f"{split}_labels"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise MedbigError(
            f"{path} is damaged, or is no file of MedMNIST. Delete it, and download it again."
        ) from error
