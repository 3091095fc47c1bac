"""Bring an uploaded file into memory, whatever it holds, within fixed limits.

Nothing is parsed here. Every limit is checked while the file streams in, so that a gzip bomb, a line
without an end or thirty million rows are refused before they are held.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from challenge.scoring.problems import refuse

UTF8_BOM = b"\xef\xbb\xbf"

#: A row of 14 probabilities with 50 decimals each takes some 760 bytes.
MOST_LINE_BYTES = 1024

_CHUNK = 2**17  # small enough that its memory is used again, and stays in the cache
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_READ = 2**14
#: Block-wise compressors (bgzip) write a member per 64 KiB: 4,096 of them make 256 MiB.
_MOST_GZIP_MEMBERS = 5000

#: First bytes of what people upload by mistake. The more special come first.
_OTHER_FORMATS = (
    (b"\x1f\x8b", "gzip data inside gzip data; compress the file once"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x93NUMPY", "a NumPy .npy file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) file"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF file"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
    (b"<", "an HTML or XML page"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be: `compressed_bytes` bounds a gzip file, `decompressed_bytes` its text."""

    compressed_bytes: int = 64 * 2**20
    decompressed_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class FileText:
    """The bytes of a text file and the number of its lines, the last one terminated or not."""

    data: bytes
    n_lines: int


def read_file(source: Path, limits: Limits, most_lines: int) -> FileText:
    """Read a plain or gzip-compressed text file (told apart by its first bytes, not by its name).

    Raises `PredictionsError` if it is another kind of file, broken gzip, larger than the limits, or has
    more than `most_lines` lines or a line of more than `MOST_LINE_BYTES`; `OSError` if it cannot be read.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if is_gzip:
            _check_size(size, limits.compressed_bytes, "The gzip file")
            return _collect(_gunzip(file), limits, most_lines, "The decompressed file")
        _check_size(size, limits.decompressed_bytes, "The file")
        return _collect(_chunks(file), limits, most_lines, "The file")


def _check_size(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise refuse(
            f"{what} is {size:,} bytes, more than the limit of {limit:,} bytes ({_megabytes(limit)})"
        )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:g} MiB"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Decompress a gzip file of one or more members, in pieces of at most `_CHUNK` bytes."""
    stream = zlib.decompressobj(wbits=31)
    members = 1
    pending = b""
    while True:
        pending = pending or file.read(_GZIP_READ)
        if stream.eof:
            if not pending:
                return
            if len(pending) == 1:
                pending += file.read(1)
            if not pending.startswith(_GZIP_MAGIC):
                raise refuse("The gzip data is followed by bytes that are not gzip; was something appended?")
            members += 1
            if members > _MOST_GZIP_MEMBERS:
                raise refuse(f"The gzip file consists of more than {_MOST_GZIP_MEMBERS:,} pieces")
            stream = zlib.decompressobj(wbits=31)
        try:
            piece = stream.decompress(pending, _CHUNK)
        except zlib.error:
            raise refuse("The gzip data is corrupt; compress and upload the file again") from None
        if not (pending or piece or stream.eof):
            raise refuse("The gzip data ends too early; was the upload cut off?")
        pending = stream.unused_data if stream.eof else stream.unconsumed_tail
        if piece:
            yield piece


def _collect(chunks: Iterator[bytes], limits: Limits, most_lines: int, what: str) -> FileText:
    """Join `chunks`, checking the limits as they come."""
    text = BytesIO()  # hands its bytes over without a second copy
    n_newlines = 0
    carried = 0  # bytes of the line that the chunks so far left open
    for chunk in chunks:
        if text.tell() == 0:
            _check_is_text(chunk)
        if text.tell() + len(chunk) > limits.decompressed_bytes:
            limit = limits.decompressed_bytes
            raise refuse(f"{what} is above the limit of {limit:,} bytes ({_megabytes(limit)})")
        is_newline = np.frombuffer(chunk, np.uint8) == ord("\n")
        long_line = _find_long_line(chunk, is_newline, carried)
        if long_line is not None:
            raise refuse(_LONG_LINE, line=n_newlines + chunk.count(b"\n", 0, long_line) + 1)
        n_newlines += int(np.count_nonzero(is_newline))
        if n_newlines > most_lines:
            raise refuse(
                f"{what} has more than {most_lines:,} lines, far more than the benchmark has test images; "
                "does it hold several resolutions or runs?"
            )
        last_newline = chunk.rfind(b"\n")
        carried = len(chunk) - last_newline - 1 if last_newline >= 0 else carried + len(chunk)
        text.write(chunk)
    return FileText(text.getvalue(), n_newlines + (carried > 0))


_LONG_LINE = (
    f"this line is longer than {MOST_LINE_BYTES:,} bytes; expected one row of probabilities to a line, "
    "and lines that end in a line feed"
)


def _find_long_line(chunk: bytes, is_newline: np.ndarray, carried: int) -> int | None:
    """Where in `chunk` the first line starts that is too long, if any; `carried` bytes of it came before."""
    block = MOST_LINE_BYTES // 2
    blocks = is_newline[: len(chunk) // block * block].reshape(-1, block)
    if carried <= block and blocks.any(axis=1).all():
        return None  # with a line end in every block of half that size, no line can be too long
    newlines = np.flatnonzero(is_newline)
    starts = np.concatenate([[-carried], newlines + 1])
    ends = np.append(newlines, len(chunk))
    too_long = np.flatnonzero(ends - starts > MOST_LINE_BYTES)
    return max(0, int(starts[too_long[0]])) if len(too_long) else None


def _check_is_text(beginning: bytes) -> None:
    """Refuse what its first bytes show to be another format, and say which."""
    beginning = beginning[:4096].removeprefix(UTF8_BOM).lstrip(b" \t\r\n")
    if beginning.startswith(b"PK\x03\x04"):
        raise refuse(f"The file is not CSV: it seems to be {_kind_of_zip(beginning)}")
    for magic, name in _OTHER_FORMATS:
        if beginning.startswith(magic):
            raise refuse(f"The file is not CSV: it seems to be {name}")


def _kind_of_zip(beginning: bytes) -> str:
    if b".npy" in beginning:
        return "a NumPy .npz file"
    if b"[Content_Types].xml" in beginning or b"xl/" in beginning:
        return "an Excel (.xlsx) file"
    if b"/data.pkl" in beginning:
        return "a PyTorch file"
    return "a zip archive"
