"""Folders and files that the site writes; only the user of the site may read them."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

#: Rights of others and of the group that are taken from every file and folder that a process makes.
UMASK = 0o077


def make_folders(data_dir: Path, subfolders: Iterable[Path]) -> None:
    """Create the data folder and its subfolders if they are missing, and keep what the process writes private.

    Raises:
        ImproperlyConfigured: a folder cannot be created or written to.

    """
    os.umask(UMASK)
    for folder in (data_dir, *subfolders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(_unwritable(data_dir, str(error))) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ImproperlyConfigured(_unwritable(data_dir, f"{folder} is not writable"))


def close_to_others(*paths: Path) -> None:
    """Take the rights of others from files and folders that an earlier version of the site left readable.

    The data folder itself is left alone, because it may be a folder that others use, too, such as /tmp.
    """
    for path in paths:
        with suppress(OSError):  # missing, or of another user
            mode = path.stat().st_mode & 0o777
            if mode & UMASK:
                path.chmod(mode & ~UMASK)


def _unwritable(data_dir: Path, reason: str) -> str:
    return (
        f"The data folder {data_dir} cannot be used: {reason}. "
        "Set DATA_DIR to a writable folder, for example: DATA_DIR=/tmp/big-data"
    )
