"""Arrays of an npz file (a zip archive of npy members), read without a second copy in memory.

numpy's own reader takes a compressed member in pieces, but cannot map a stored one, nor give the rows one batch
after another. Nothing is ever unpickled.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

#: What is read of a member at once. zipfile makes an intermediate copy of this size.
CHUNK_BYTES = 1 << 20

#: Of the fixed part of a local header, where the lengths of the name and of the extra field stand.
_LOCAL_HEADER = struct.Struct("<26xHH")

_READ_ERRORS = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


class NpzError(ValueError):
    """Why an array cannot be read: a clause without a subject ("holds no array `train_images`")."""


@dataclass(frozen=True, slots=True)
class Member:
    """What an npz file says of one of its arrays, before the array is read."""

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_stored: bool


def describe(path: Path, name: str) -> Member:
    """Read the header of an array. Raises NpzError, as all that reads here does."""
    with _telling(name), zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as stream:
        shape, dtype = _read_header(stream)
        info = archive.getinfo(f"{name}.npy")
        n_bytes = stream.tell() + _n_bytes(shape, dtype)
    if info.file_size != n_bytes:
        raise NpzError(f"is damaged: `{name}` has {info.file_size:,} bytes, its shape needs {n_bytes:,}")
    return Member(path, name, shape, dtype, is_stored=info.compress_type == zipfile.ZIP_STORED)


def load(member: Member) -> np.ndarray:
    """Give the array: mapped from the file (read-only) if it is stored, else read once into memory.

    The checksum of what is read is checked. That of what is mapped is not: it would take reading it all.
    """
    return _map(member) if member.is_stored else read(member)


def read(member: Member) -> np.ndarray:
    """Read the array into memory, and check its checksum."""
    with _open(member) as stream:
        array = np.empty(member.shape, member.dtype)
        _fill(array, stream)
        stream.read(1)  # at the end of the member, zipfile compares the checksum
        return array


def read_rows(member: Member, n_rows: int) -> Iterator[np.ndarray]:
    """Read the array in pieces of `n_rows` rows (the last one may have fewer), with one of them in memory."""
    with _open(member) as stream:
        for first in range(0, member.shape[0], n_rows):
            rows = np.empty((min(n_rows, member.shape[0] - first), *member.shape[1:]), member.dtype)
            _fill(rows, stream)
            yield rows
        stream.read(1)


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Turn what zipfile and numpy raise into an NpzError."""
    try:
        yield
    except NpzError:
        raise
    except KeyError as error:
        raise NpzError(f"holds no array `{name}`") from error
    except FileNotFoundError as error:
        raise NpzError("is missing") from error
    except _READ_ERRORS as error:
        raise NpzError(f"is damaged or unreadable ({str(error) or type(error).__name__})") from error


@contextmanager
def _open(member: Member) -> Iterator[IO[bytes]]:
    """The content of an array, after its header."""
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
    """Read the whole of a contiguous array, in pieces."""
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
