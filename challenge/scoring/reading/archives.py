"""Zip archives: their files, read in pieces within limits.

No size in the archive is trusted, and nothing is written to disk. The format checker in the browser
(static/js/format-zip.js) sees the same files.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .problems import PredictionsError, refuse, shown_name

#: Maximum number of entries, folders and hidden files included.
MOST_ENTRIES = 1000
#: Maximum size of the central directory: a longer one holds far more entries than are allowed.
MOST_DIRECTORY_BYTES = 2**18

#: First bytes of an archive, and of an empty archive.
MAGICS = (b"PK\x03\x04", b"PK\x05\x06")

#: Files that Windows adds to folders, in lower case.
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")

_CHUNK = 2**17
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1  # bit of an entry's flags
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)
_DAMAGED = "The zip archive is damaged; make it again and upload it again"


def is_zip(source: Path) -> bool:
    """Return whether the first bytes of a file are those of a zip archive."""
    with source.open("rb") as file:
        return file.read(4) in MAGICS


@contextmanager
def open_archive(source: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive for `files_of` and `unpack`. Raises `PredictionsError` if it is damaged or has many entries."""
    with source.open("rb") as file:
        try:
            archive = zipfile.ZipFile(_ShortReads(file))
        except PredictionsError:
            raise
        except _ERRORS:
            raise refuse(_DAMAGED) from None
        with archive:
            if len(archive.infolist()) > MOST_ENTRIES:
                raise _too_many_entries()
            _allow_overlaps(archive)
            yield archive


def _allow_overlaps(archive: zipfile.ZipFile) -> None:
    """Let all versions of Python judge alike: some refuse entries that overlap. The limits bound them, too."""
    for info in archive.infolist():
        if getattr(info, "_end_offset", None) is not None:
            info._end_offset = None  # type: ignore[attr-defined]


def files_of(archive: zipfile.ZipFile) -> dict[zipfile.ZipInfo, str]:
    """Return the files of an archive and their names without folders; hidden files are left out."""
    files = {}
    for info in archive.infolist():
        *folders, name = info.filename.replace("\\", "/").split("/")
        is_hidden = (
            any(part.startswith(".") and part != "." for part in (*folders, name)) or "__MACOSX" in folders
        )
        if name and not is_hidden and name.lower() not in _OF_THE_SYSTEM:
            files[info] = name
    return files


def check_methods(files: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse files that are encrypted, or compressed by another method than deflate."""
    for info in files:
        if info.flag_bits & _ENCRYPTED:
            raise refuse(
                f"The zip archive is encrypted ({shown_name(info.filename)}); make it without a password"
            )
        if info.compress_type not in _METHODS:
            raise refuse(
                f"The zip archive is compressed by an unusual method ({shown_name(info.filename)}); "
                "make it again with deflate"
            )


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces; the last piece comes only if the checksum is right."""
    try:
        with archive.open(info) as file:
            while piece := file.read(_CHUNK):
                yield piece
    except _ERRORS:
        raise refuse(_DAMAGED) from None


def _too_many_entries() -> PredictionsError:
    return refuse(
        f"The zip archive has more than {MOST_ENTRIES:,} entries; send only the files of the test splits"
    )


class _ShortReads:
    """A file for `zipfile` that refuses to read a long central directory, whatever its size in the archive is."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.tell = file.tell
        self.close = file.close

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and offset < 0:
            raise zipfile.BadZipFile("an offset in the archive is negative")
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        if size > MOST_DIRECTORY_BYTES:
            raise _too_many_entries()
        return self._file.read(size)
