"""Read an uploaded file of any content into memory, within fixed limits.

Nothing is parsed here. The beginning is judged before anything else: a general limit says less than the cause. Limits
are checked while the file is read: a gzip bomb, an endless line or thirty million rows are refused before they fill
the memory.
"""

import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .other_formats import check_is_text
from .problems import refuse

UTF8_BOM = b"\xef\xbb\xbf"

#: A row of 14 probabilities with 50 decimals each takes about 760 bytes.
MOST_LINE_BYTES = 1024

#: Bytes after a byte order mark that tell the kind of a file.
BEGINNING_BYTES = 4096

#: The line that spreadsheets write above the header to name the separator. It is skipped, and counts as a line.
_SEP_LINE = re.compile(rb'[ \t]*"?sep=,"?[ \t,]*(?:\r?\n|\Z)', re.IGNORECASE)

_BEGINNING = len(UTF8_BOM) + BEGINNING_BYTES + 1  # one more byte shows that the text goes on
_CHUNK = 2**17  # small enough that its memory is reused and stays in the cache
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_READ = 2**14
#: Block-wise compressors (bgzip) write one member per 64 KiB: 2,048 members for 128 MiB.
MOST_GZIP_MEMBERS = 5000


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum sizes: `compressed_bytes` of a gzip file, `decompressed_bytes` of its text."""

    compressed_bytes: int = 64 * 2**20
    decompressed_bytes: int = 128 * 2**20


@dataclass(frozen=True, slots=True)
class Beginning:
    """First bytes of a text from its header on, as a character for each byte; `is_whole` if there are no others.

    `first_line` is the number of the header's line in the file: 1, or 2 below a line `sep=,`.
    """

    text: str
    is_whole: bool
    first_line: int


@dataclass(frozen=True, slots=True)
class FileText:
    """Bytes of a text file from its header on, and their number of lines; the last line may lack a line end.

    `first_line` is the number of the header's line in the file.
    """

    data: bytes
    n_lines: int
    first_line: int = 1


def most_lines(n_rows: int) -> int:
    """Return the maximum number of lines for so many rows: enough to explain duplicate rows or blank lines."""
    return n_rows + n_rows // 2 + 1000


def read_file(source: Path, limits: Limits, most_lines: int, judge: Callable[[Beginning], None]) -> FileText:
    """Read a plain or gzip-compressed text file; the first bytes decide which, not the name.

    `judge` raises `PredictionsError` if the beginning shows what is wrong with the file. Here the same is raised if the
    file is of another format, is broken gzip, or exceeds the limits, `most_lines` lines or `MOST_LINE_BYTES` in a line.
    Raises `OSError` if the file cannot be read.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        if file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC:
            _check_size(size, limits.compressed_bytes, "The gzip file")
            file.seek(0)
            return collect(_gunzip(file), most_lines, limits, judge)
        file.seek(0)
        skipped, beginning = _open(file.read(_BEGINNING), judge, size)
        # the allowed lines cannot take more bytes, so a larger file is refused unread
        _check_size(size, min(limits.decompressed_bytes, most_lines * MOST_LINE_BYTES), "The file")
        lines = _LineCheck(most_lines, beginning)
        file.seek(skipped)
        data = file.read()  # in one call: growing a buffer takes longer than all the checks
        for start in range(0, len(data), _CHUNK):
            lines.feed(memoryview(data)[start : start + _CHUNK])
    return FileText(data, lines.n_lines, beginning.first_line)


def _open(start: bytes, judge: Callable[[Beginning], None], size: int) -> tuple[int, Beginning]:
    """Judge the beginning of a text of `size` bytes; return the bytes to skip before the header, and the beginning."""
    bom = len(UTF8_BOM) if start.startswith(UTF8_BOM) else 0
    head = start[bom : bom + BEGINNING_BYTES]
    check_is_text(head)
    sep_line = _SEP_LINE.match(head)
    skipped = sep_line.end() if sep_line else 0
    text = head[skipped:].decode("latin-1")
    beginning = Beginning(text, size - bom <= BEGINNING_BYTES, first_line=2 if sep_line else 1)
    judge(beginning)
    return bom + skipped, beginning


def _check_size(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise refuse(
            f"{what} is too large: {size:,} bytes, above the limit of {limit:,} bytes ({limit / 2**20:.4g} MiB)"
        )


def collect(
    chunks: Iterator[bytes], most_lines: int, limits: Limits, judge: Callable[[Beginning], None]
) -> FileText:
    """Join the chunks of a text, judge its beginning, and check the limits."""
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= _BEGINNING:
            break
    skipped, beginning = _open(start[:_BEGINNING], judge, len(start))
    lines = _LineCheck(most_lines, beginning)
    text = BytesIO()  # returns its bytes without a second copy
    for chunk in itertools.chain([start[skipped:]], chunks):
        _check_size(text.tell() + len(chunk), limits.decompressed_bytes, "The decompressed file")
        lines.feed(chunk)
        text.write(chunk)
    return FileText(text.getvalue(), lines.n_lines, beginning.first_line)


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

    def __init__(self, most_lines: int, beginning: Beginning):
        self.most_lines = most_lines
        self.n_before = beginning.first_line - 1  # lines of the file above the text
        self.likely_cause = _likely_cause_of_many_lines(beginning)
        self.n_newlines = 0
        self.carried = 0  # bytes so far of the unfinished last line

    @property
    def n_lines(self) -> int:
        return self.n_newlines + (self.carried > 0)

    def feed(self, chunk: bytes | memoryview) -> None:
        is_newline = np.frombuffer(chunk, np.uint8) == ord("\n")
        long_line = _find_long_line(is_newline, self.carried)
        if long_line is not None:
            line = self.n_before + self.n_newlines + int(np.count_nonzero(is_newline[:long_line])) + 1
            raise refuse(_LONG_LINE, line=line)
        self.n_newlines += int(np.count_nonzero(is_newline))
        if self.n_before + self.n_newlines > self.most_lines:
            raise refuse(f"The file has more than {self.most_lines:,} lines, {self.likely_cause}")
        end = is_newline[-MOST_LINE_BYTES - 1 :]  # contains a newline, unless it is the whole chunk
        self.carried = int(end[::-1].argmax()) if end.any() else self.carried + len(chunk)


_LONG_LINE = (
    f"this line is longer than {MOST_LINE_BYTES:,} bytes; write one row of probabilities per line, "
    "and end each line with a line feed"
)


#: Names of the column of a long table, which has a row for each class of an image.
_ONE_PROBABILITY = {"probability", "prob", "score", "value"}


def _likely_cause_of_many_lines(beginning: Beginning) -> str:
    lines = beginning.text.split("\n")
    if len(lines) > 2 and not any(line.strip(" \t\r") for line in lines[1::2]):
        return (
            "because every second line is blank; remove these lines (Python: open the file with `newline=''`)"
        )
    names = {cell.strip(' \t\r"').lower() for cell in lines[0].split(",")}
    if "index" in names and names & _ONE_PROBABILITY:
        return "because it has a row for each class; write one row for each image, in the columns p0, p1 and so on"
    return "far more than the benchmark has test images; does it contain several resolutions or runs?"


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
