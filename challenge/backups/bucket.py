"""Restoring files to the bucket: new files first, then the rows, and what the backup has not goes last.

No row of the site before has a file of the backup with other content, because names of files tell their contents. So
until the rows are replaced, the site is as before.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from bigsite.outages import StorageDownError
from challenge import files as stored
from challenge.backups.files import KEY, KeptFile, folders, local_folders


def send_to_bucket(
    folder: Path, files: Mapping[str, KeptFile], undo: ExitStack, say: Callable[[str], None]
) -> None:
    """Write the files of a backup to the bucket, if there is one; `undo` deletes those that were not there."""
    places = _places(files)
    before = {file.place for file in _all_in_bucket()}
    for number, (name, place) in enumerate(places.items(), 1):
        if place not in before:
            undo.callback(stored.delete, place)
        stored.store(folder / name, place)
        if number % 1000 == 0:
            say(f"{number:,} of {len(places):,} files are in the bucket")


def delete_others_in_bucket(files: Mapping[str, KeptFile], say: Callable[[str], None]) -> None:
    """Delete the files of the bucket that a backup does not have. The site works with them, too."""
    kept = {*_places(files).values()}
    try:
        for file in _all_in_bucket():
            if file.place not in kept:
                stored.delete(file.place)
    except StorageDownError as error:
        say(f"Files that the backup does not have may be left in the bucket: {error}")


def _in_bucket() -> dict[str, Path]:
    return {name: folder for name, folder in folders().items() if name not in local_folders()}


def _places(files: Mapping[str, KeptFile]) -> dict[str, Path]:
    """Return the places of the files that belong into the bucket, by their names in the backup."""
    there = _in_bucket()
    parts = {name: name.partition("/") for name in files if name != KEY}
    return {name: there[top] / rest for name, (top, _, rest) in parts.items() if top in there}


def _all_in_bucket() -> Iterator[stored.Found]:
    for folder in _in_bucket().values():
        yield from stored.found(folder)
