"""Folders that the site writes to."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def make_folders(data_dir: Path, subfolders: Iterable[Path]) -> None:
    """Create the data folder and its subfolders if they are missing.

    Raises:
        ImproperlyConfigured: a folder cannot be created or written to.

    """
    for folder in (data_dir, *subfolders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(_unwritable(data_dir, str(error))) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ImproperlyConfigured(_unwritable(data_dir, f"{folder} is not writable"))


def _unwritable(data_dir: Path, reason: str) -> str:
    return (
        f"The data folder {data_dir} cannot be used: {reason}. "
        "Set DATA_DIR to a writable folder, for example: DATA_DIR=/tmp/big-data"
    )
