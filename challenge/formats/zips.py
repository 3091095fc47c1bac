"""Zip archives that are sent while they are made, so that an archive of any size needs little memory and no disk."""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

#: Bytes of a file that are read at once.
CHUNK = 2**18


class _Outbox(io.RawIOBase):
    """Target of a zip that cannot be sought, whose bytes are taken away after each write."""

    def __init__(self) -> None:
        super().__init__()
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._chunks.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._chunks = b"".join(self._chunks), []
        return taken


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def zip_stream(
    members: Iterable[tuple[str, bytes | Path]],
    day: date,
    open_file: Callable[[Path], IO[bytes]] = _open,
) -> Iterator[bytes]:
    """Yield a zip archive, without compressing its members.

    Args:
        members: name and content of each member: bytes, or the path of a file. A file that is gone is left out. They
            are asked for one after the other, so the last one can list those that were sent.
        day: time stamp of all members. That of a file could tell when it was made.
        open_file: opens a file by its path, or raises FileNotFoundError.

    """
    outbox = _Outbox()
    with ZipFile(outbox, "w", ZIP_STORED) as archive:
        for name, content in members:
            info = ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.external_attr = 0o644 << 16
            if isinstance(content, bytes):
                archive.writestr(info, content)
                yield outbox.take()
            else:
                with suppress(FileNotFoundError), open_file(content) as source:
                    yield from _file(archive, info, source, outbox)
    yield outbox.take()


def _file(archive: ZipFile, info: ZipInfo, source: IO[bytes], outbox: _Outbox) -> Iterator[bytes]:
    with archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            yield outbox.take()
