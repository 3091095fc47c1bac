"""Reader of single arrays in an npz file (a zip archive of npy members), without a second copy in memory.

NumPy's own reader cannot map an uncompressed array, return its rows batch by batch, or skip rows. This reader never
unpickles anything.
"""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

#: Bytes read from a member at once: zipfile makes an intermediate copy of this size.
CHUNK_BYTES = 1 << 20

#: Bytes read at once to compare the checksum of an array that is mapped, and takes no memory.
CHECKED_BYTES = 1 << 18

#: Fixed part of a local header; it ends with the lengths of the name and of the extra field.
_LOCAL_HEADER = struct.Struct("<26xHH")

_READ_ERRORS = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


class NpzError(ValueError):
    """An array cannot be read; the message omits the file name ("is damaged or unreadable (...)")."""


class MissingArrayError(NpzError):
    """The file holds no array of that name."""


@dataclass(frozen=True, slots=True)
class Member:
    """The header of an array in an npz file."""

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_stored: bool


def describe(path: Path, name: str) -> Member:
    """Read the header of an array. Raises NpzError, as every function here does."""
    with _telling(name), zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as stream:
        shape, dtype = _read_header(stream)
        info = archive.getinfo(f"{name}.npy")
        n_bytes = stream.tell() + _n_bytes(shape, dtype)
    if info.file_size != n_bytes:
        raise NpzError(f"is damaged: `{name}` has {info.file_size:,} bytes, its shape needs {n_bytes:,}")
    return Member(path, name, shape, dtype, is_stored=info.compress_type == zipfile.ZIP_STORED)


def load(member: Member) -> np.ndarray:
    """Return the array: mapped from the file (read-only) if it is stored uncompressed, else read into memory.

    In both cases its checksum is verified. A mapped array is read once for that, in pieces.
    """
    if not member.is_stored:
        return read(member)
    with _open(member) as stream:
        while stream.read(CHECKED_BYTES):  # at the end of the member, zipfile compares the checksum
            pass
    return _map(member)


def read(member: Member) -> np.ndarray:
    """Read the array into memory, and verify its checksum."""
    array = np.empty(
        member.shape, member.dtype
    )  # outside, so that a full memory is not called a damaged file
    with _open(member) as stream:
        _fill(array, stream)
        stream.read(1)  # at the end of the member, zipfile compares the checksum
        return array


def read_rows(member: Member, n_rows: int) -> Iterator[np.ndarray]:
    """Yield the array in pieces of `n_rows` rows (the last one may have fewer), with one piece in memory."""
    with _open(member) as stream:
        for first in range(0, member.shape[0], n_rows):
            rows = np.empty((min(n_rows, member.shape[0] - first), *member.shape[1:]), member.dtype)
            _fill(rows, stream)
            yield rows
        stream.read(1)


def read_chosen_rows(member: Member, rows: Sequence[int]) -> list[np.ndarray]:
    """Return some rows of the array, in the order of `rows`; the rows between them are skipped.

    zipfile skips in pieces of bounded size, so the array may be larger than memory.
    """
    found: dict[int, np.ndarray] = {}
    shape = member.shape[1:]
    size = _n_bytes(shape, member.dtype)
    with _open(member) as stream:
        start = stream.tell()
        for row in sorted(set(rows)):
            stream.seek(start + row * size)
            found[row] = np.empty(shape, member.dtype)
            _fill(found[row], stream)
        stream.seek(0, os.SEEK_END)  # at the end, zipfile compares the checksum of everything read
    return [found[row] for row in rows]


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Turn errors of zipfile and NumPy into an NpzError."""
    try:
        yield
    except NpzError:
        raise
    except KeyError as error:
        raise MissingArrayError(f"holds no array `{name}`") from error
    except FileNotFoundError as error:
        raise NpzError("is missing") from error
    except _READ_ERRORS as error:
        raise NpzError(f"is damaged or unreadable ({str(error) or type(error).__name__})") from error


@contextmanager
def _open(member: Member) -> Iterator[IO[bytes]]:
    """Open the content of an array, after its header."""
    with (
        _telling(member.name),
        zipfile.ZipFile(member.path) as archive,
        archive.open(f"{member.name}.npy") as stream,
    ):
        _read_header(stream)
        yield stream


def _read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    reader = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if reader is None:
        raise ValueError(f"npy version {version}")
    shape, fortran_order, dtype = reader(stream)
    if fortran_order and len(shape) > 1:
        raise ValueError("stored by columns, not by rows")
    if dtype.hasobject:
        raise ValueError("holds Python objects")
    return shape, dtype


def _n_bytes(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    n_items = 1
    for length in shape:
        n_items *= length
    return n_items * dtype.itemsize


def _fill(array: np.ndarray, stream: IO[bytes]) -> None:
    """Fill a contiguous array from the stream, in pieces."""
    target = memoryview(array.reshape(-1).view(np.uint8).data)
    for first in range(0, len(target), CHUNK_BYTES):
        piece = target[first : first + CHUNK_BYTES]
        content = stream.read(len(piece))
        if len(content) != len(piece):
            raise EOFError("it ends too early")
        piece[:] = content


def _map(member: Member) -> np.ndarray:
    with _telling(member.name), zipfile.ZipFile(member.path) as archive, member.path.open("rb") as file:
        info = archive.getinfo(f"{member.name}.npy")
        file.seek(info.header_offset)
        n_name, n_extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(n_name + n_extra, 1)
        _read_header(file)
        mapped = np.memmap(file, member.dtype, "r", file.tell(), member.shape)
        return mapped.view(np.ndarray)
