"""Read an uploaded file of any content into memory, within fixed limits.

Nothing is parsed here. Limits are checked while the file is read: a gzip bomb, an endless line or thirty million rows
are refused before they fill the memory.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .problems import refuse

UTF8_BOM = b"\xef\xbb\xbf"

#: A row of 14 probabilities with 50 decimals each takes about 760 bytes.
MOST_LINE_BYTES = 1024

_CHUNK = 2**17  # small enough that its memory is reused and stays in the cache
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_READ = 2**14
#: Block-wise compressors (bgzip) write one member per 64 KiB: 4,096 members for 256 MiB.
MOST_GZIP_MEMBERS = 5000

#: First bytes of formats that people upload by mistake, the most specific first.
OTHER_FORMATS = (
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
    """Maximum sizes: `compressed_bytes` of a gzip file, `decompressed_bytes` of its text."""

    compressed_bytes: int = 64 * 2**20
    decompressed_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class FileText:
    """Bytes of a text file and its number of lines; the last line may lack a line end."""

    data: bytes
    n_lines: int


def read_file(source: Path, limits: Limits, most_lines: int) -> FileText:
    """Read a plain or gzip-compressed text file; the first bytes decide which, not the name.

    Raises `PredictionsError` if the file is of another kind, is broken gzip, or exceeds the limits, `most_lines` lines
    or `MOST_LINE_BYTES` in a line. Raises `OSError` if it cannot be read.
    """
    size = source.stat().st_size
    lines = _LineCheck(most_lines)
    with source.open("rb") as file:
        beginning = file.read(_CHUNK)
        file.seek(0)
        if beginning.startswith(_GZIP_MAGIC):
            _check_size(size, limits.compressed_bytes, "The gzip file")
            data = _join(_gunzip(file), lines, limits)
        else:
            # the allowed lines cannot take more bytes, so a larger file is refused unread
            _check_size(size, min(limits.decompressed_bytes, most_lines * MOST_LINE_BYTES), "The file")
            _check_is_text(beginning)
            data = file.read()  # in one call: growing a buffer takes longer than all the checks
            for start in range(0, len(data), _CHUNK):
                lines.feed(memoryview(data)[start : start + _CHUNK])
    return FileText(data, lines.n_lines)


def _check_size(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise refuse(
            f"{what} is too large: {size:,} bytes, above the limit of {limit:,} bytes ({limit / 2**20:.4g} MiB)"
        )


def _join(chunks: Iterator[bytes], lines: "_LineCheck", limits: Limits) -> bytes:
    """Join the chunks of a text, and check the limits."""
    text = BytesIO()  # returns its bytes without a second copy
    for chunk in chunks:
        if text.tell() == 0:
            _check_is_text(chunk)
        _check_size(text.tell() + len(chunk), limits.decompressed_bytes, "The decompressed file")
        lines.feed(chunk)
        text.write(chunk)
    return text.getvalue()


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
            if members > MOST_GZIP_MEMBERS:
                raise refuse(
                    f"The gzip file consists of more than {MOST_GZIP_MEMBERS:,} parts; compress the CSV in one piece"
                )
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


class _LineCheck:
    """Line counter for a text in chunks; refuses too many lines, and lines that are too long."""

    def __init__(self, most_lines: int):
        self.most_lines = most_lines
        self.n_newlines = 0
        self.carried = 0  # bytes so far of the unfinished last line

    @property
    def n_lines(self) -> int:
        return self.n_newlines + (self.carried > 0)

    def feed(self, chunk: bytes | memoryview) -> None:
        is_newline = np.frombuffer(chunk, np.uint8) == ord("\n")
        long_line = _find_long_line(is_newline, self.carried)
        if long_line is not None:
            line = self.n_newlines + int(np.count_nonzero(is_newline[:long_line])) + 1
            raise refuse(_LONG_LINE, line=line)
        self.n_newlines += int(np.count_nonzero(is_newline))
        if self.n_newlines > self.most_lines:
            raise refuse(
                f"The file has more than {self.most_lines:,} lines, far more than the benchmark has test "
                "images; does it contain several resolutions or runs?"
            )
        end = is_newline[-MOST_LINE_BYTES - 1 :]  # contains a newline, unless it is the whole chunk
        self.carried = int(end[::-1].argmax()) if end.any() else self.carried + len(chunk)


_LONG_LINE = (
    f"this line is longer than {MOST_LINE_BYTES:,} bytes; write one row of probabilities per line, "
    "and end each line with a line feed"
)


def _find_long_line(is_newline: np.ndarray, carried: int) -> int | None:
    """Return the start in a chunk of the first line that is too long, if any.

    The first line of the chunk already has `carried` bytes in earlier chunks.
    """
    block = MOST_LINE_BYTES // 2
    blocks = is_newline[: len(is_newline) // block * block].reshape(-1, block)
    if carried <= block and blocks.any(axis=1).all():
        return None  # every block of half the maximum length has a line end, so no line is too long
    newlines = np.flatnonzero(is_newline)
    starts = np.concatenate([[-carried], newlines + 1])
    ends = np.append(newlines, len(is_newline))
    too_long = np.flatnonzero(ends - starts > MOST_LINE_BYTES)
    return max(0, int(starts[too_long[0]])) if len(too_long) else None


def _check_is_text(beginning: bytes) -> None:
    """Refuse other formats, recognized by the first bytes, and name them."""
    beginning = beginning[:4096].removeprefix(UTF8_BOM).lstrip(b" \t\r\n")
    if beginning.startswith(b"PK\x03\x04"):
        raise refuse(f"The file is not CSV: it seems to be {_kind_of_zip(beginning)}")
    for magic, name in OTHER_FORMATS:
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
