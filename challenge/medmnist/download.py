"""Resumable download of official MedMNIST files, checked by MD5.

A file has up to 12 GB. An interrupted transfer resumes where it stopped, even in a later run.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3
from requests.adapters import HTTPAdapter

from challenge.medmnist.facts import OfficialFile

#: A file is written in pieces of this size; an interrupted piece is lost.
CHUNK_BYTES = 1 << 16

#: Give up after this many failed attempts in a row without a single byte received.
ATTEMPTS = 4
BACKOFF_SECONDS = 2.0
TIMEOUT_SECONDS = (10, 60)  # to connect; between two packets

#: Time between two progress lines.
PROGRESS_SECONDS = 5.0

Progress = Callable[[str], object]


class DownloadError(Exception):
    """Files could not be fetched; the message says why, and what to do."""


@dataclass(slots=True)
class _Transfer:
    """The received part of a file: its part file and its hash."""

    file: OfficialFile
    part: Path
    progress: Progress
    md5: "hashlib._Hash"
    n_bytes: int = 0

    def start_again(self) -> None:
        """Discard everything received so far."""
        self.part.unlink(missing_ok=True)
        self.md5, self.n_bytes = _new_md5(), 0

    def is_official(self) -> bool:
        """Return whether the complete official file has been received."""
        return self.md5.hexdigest() == self.file.md5


def fetch_files(folder: Path, files: Sequence[OfficialFile], progress: Progress) -> None:
    """Fetch official files into `folder`, and check their MD5.

    Official files in the folder are kept; partial files (.part) are resumed. `progress` is called with lines of text.

    Raises DownloadError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = _missing_files(folder, files, progress)
        with open_session() as session:
            for file in missing:
                fetch_file(session, folder, file, progress)
    except OSError as error:  # errors of requests are OSErrors too, but are handled before
        raise DownloadError(
            f"{folder} cannot be written to or read: {error}. The received part is kept: check the disk, "
            "and start again to resume the download."
        ) from error


def _missing_files(folder: Path, files: Sequence[OfficialFile], progress: Progress) -> list[OfficialFile]:
    """Return the files to fetch. Raises DownloadError if other files have their names."""
    missing, others = [], []
    for file in files:
        path = folder / file.file_name
        if not path.exists():
            missing.append(file)
        elif md5_of(path) == file.md5:
            progress(f"{path.name}: already in {folder}, MD5 checked")
        else:
            others.append(path.name)
    if others:
        raise DownloadError(
            f"{folder} holds files that are not the official ones (their MD5 differs): {', '.join(others)}. "
            "Remove them to fetch the official files, or use your files without the download."
        )
    return missing


def open_session() -> requests.Session:
    """Return a session that waits for a busy server as long as the server asks for."""
    retry = urllib3.Retry(
        total=ATTEMPTS, connect=0, backoff_factor=BACKOFF_SECONDS, status_forcelist=(429, 500, 502, 503, 504)
    )
    session = requests.Session()
    session.headers["Accept-Encoding"] = "identity"
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


def fetch_file(session: requests.Session, folder: Path, file: OfficialFile, progress: Progress) -> None:
    """Fetch one file: resume interrupted transfers, and start once more if the MD5 is wrong.

    Raises DownloadError, and OSError if the folder cannot be written to.
    """
    transfer = _resume(file, folder, progress)
    for is_last in (False, True):
        _fetch_rest(session, transfer)
        if transfer.is_official():
            os.replace(transfer.part, folder / file.file_name)
            progress(f"{file.file_name}: complete, {_size(transfer.n_bytes)}, MD5 checked")
            return
        found = transfer.md5.hexdigest()
        transfer.start_again()
        progress(f"{file.file_name}: deleted, because its MD5 is {found}, not {file.md5}")
        if is_last:
            raise DownloadError(
                f"{file.file_name} arrived damaged twice: its MD5 is {found}, so {file.url} is not the official file. "
                "Download it by hand and put it into the folder."
            )


def _resume(file: OfficialFile, folder: Path, progress: Progress) -> _Transfer:
    """Return a transfer that resumes from the part file, if there is one."""
    part = folder / f"{file.file_name}.part"
    if not part.exists():
        return _Transfer(file, part, progress, _new_md5())
    progress(f"{file.file_name}: resuming after {_size(part.stat().st_size)}")
    return _Transfer(file, part, progress, _hash_of(part), part.stat().st_size)


def _fetch_rest(session: requests.Session, transfer: _Transfer) -> None:
    """Fetch the rest of a file: resume after every interruption, as long as some bytes arrive."""
    failures = 0
    while not transfer.is_official():
        before = transfer.n_bytes
        try:
            _fetch_once(session, transfer)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            failures = 1 if transfer.n_bytes > before else failures + 1
            if failures == ATTEMPTS or _is_final(error):
                raise DownloadError(_why(transfer, error)) from error
            time.sleep(BACKOFF_SECONDS * failures)
        else:
            return


def _fetch_once(session: requests.Session, transfer: _Transfer) -> None:
    """Request the rest of a file, and write it."""
    headers = {"Range": f"bytes={transfer.n_bytes}-"} if transfer.n_bytes else {}
    with session.get(transfer.file.url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return  # nothing is left to fetch; the MD5 decides whether this is the file
        response.raise_for_status()
        if transfer.n_bytes and not _goes_on(response, transfer.n_bytes):
            transfer.start_again()
        n_to_come = int(response.headers.get("Content-Length", 0))
        _check_room(transfer, n_to_come)
        _receive(response, transfer, transfer.n_bytes + n_to_come)


def _goes_on(response: requests.Response, n_bytes: int) -> bool:
    """Return whether the response is the rest of the file, not the whole file again."""
    is_part = response.status_code == requests.codes.partial_content
    return is_part and response.headers.get("Content-Range", "").startswith(f"bytes {n_bytes}-")


def _check_room(transfer: _Transfer, n_to_come: int) -> None:
    free = shutil.disk_usage(transfer.part.parent).free
    if n_to_come > free:
        raise DownloadError(
            f"{transfer.file.file_name} needs {_size(n_to_come)} more, but {transfer.part.parent} has only "
            f"{_size(free)} free. Free some space or choose another folder, and start again: the received part is kept."
        )


def _receive(response: requests.Response, transfer: _Transfer, n_total: int) -> None:
    """Append the response to the part file, and report progress."""
    started = told = time.monotonic()
    n_before = transfer.n_bytes
    with transfer.part.open("ab") as file:
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            transfer.md5.update(chunk)
            transfer.n_bytes += len(chunk)
            if (now := time.monotonic()) - told >= PROGRESS_SECONDS:
                told = now
                speed = (transfer.n_bytes - n_before) / (now - started)
                transfer.progress(_progress_line(transfer, n_total, speed))


def _progress_line(transfer: _Transfer, n_total: int, speed: float) -> str:
    line = f"{transfer.file.file_name}: {_size(transfer.n_bytes)}"
    if n_total > transfer.n_bytes:
        seconds = round((n_total - transfer.n_bytes) / speed)
        line += f" of {_size(n_total)}, {seconds // 60}:{seconds % 60:02} left"
    return f"{line}, {_size(speed)}/s"


def _is_final(error: Exception) -> bool:
    """Return whether a retry is useless: the server does not have the file, or refuses it."""
    return isinstance(error, requests.HTTPError)


def _why(transfer: _Transfer, error: Exception) -> str:
    return (
        f"{transfer.file.file_name} could not be fetched from {transfer.file.url}: {error}. "
        f"{_size(transfer.n_bytes)} were received and are kept: start again to resume the download, or download the "
        f"file by hand and put it into {transfer.part.parent}."
    )


def _new_md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)


def _hash_of(path: Path) -> "hashlib._Hash":
    with path.open("rb") as file:
        return hashlib.file_digest(file, _new_md5)


def md5_of(path: Path) -> str:
    """Return the MD5 of a file (hex), by which official files are known. Raises OSError."""
    return _hash_of(path).hexdigest()


def _size(n_bytes: float) -> str:
    """Format a number of bytes for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.1f} {unit}"
    return f"{n_bytes:.0f} bytes"
