"""Fetch the official labels from Zenodo: a few hundred kB out of files of several hundred MB.

The labels are one small member of each npz file (a zip archive), so two range requests per dataset do.
A server that answers no range requests costs the whole files.
"""

import hashlib
import os
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import requests
import urllib3
from remotezip import RangeNotSupported, RemoteZip, RemoteZipError
from requests.adapters import HTTPAdapter

from challenge.scoring.benchmark import Benchmark
from challenge.scoring.ground_truth import TEST_LABELS, GroundTruth, GroundTruthError, read_ground_truth

#: The record of MedMNIST v3 (CC BY 4.0; DermaMNIST CC BY-NC 4.0), as in `medmnist.INFO`.
ZENODO_FILES = "https://zenodo.org/records/10519652/files"

#: The MD5 of each 28-pixel file: `medmnist.INFO[name]["MD5"]` of medmnist 3.0.2, which a test compares.
MD5_28 = {
    "pathmnist": "a8b06965200029087d5bd730944a56c1",
    "chestmnist": "02c8a6516a18b556561a56cbdd36c4a8",
    "dermamnist": "0744692d530f8e62ec473284d019b0c7",
    "octmnist": "c68d92d5b585d8d81f7112f81e2d0842",
    "pneumoniamnist": "28209eda62fecd6e6a2d98b1501bb15f",
    "retinamnist": "bd4c0672f1bba3e3a89f0e4e876791e4",
    "breastmnist": "750601b1f35ba3300ea97c75c52ff8f6",
    "bloodmnist": "7053d0359d879ad8a5505303e11de1dc",
    "tissuemnist": "ebe78ee8b05294063de985d821c1c34b",
    "organamnist": "68e3f8846a6bd62f0c9bf841c0d9eacc",
    "organcmnist": "b9ceb9546e10131b32923c5bbeaea2b1",
    "organsmnist": "9ab87b696fb54e2a387ebe992d6ed5f1",
}

ATTEMPTS = 3
BACKOFF_SECONDS = 1.0
TIMEOUT_SECONDS = (10, 60)  # to connect; between two packets

#: The end of each archive, asked for first: its table of contents and, for most datasets, the labels too.
TAIL_BYTES = 16 * 1024

#: A whole file is written in pieces of this size; a piece that breaks off is lost.
CHUNK_BYTES = 64 * 1024


class _DamagedError(Exception):
    """What arrived is not the official file."""


_FETCH_ERRORS = (
    _DamagedError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    RemoteZipError,
    zipfile.BadZipFile,
    zlib.error,
)

Progress = Callable[[str], None]


def download_ground_truth(
    folder: Path,
    benchmark: Benchmark,
    *,
    base_url: str = ZENODO_FILES,
    progress: Progress = lambda line: None,
) -> GroundTruth:
    """Fetch the labels of each dataset into `folder`, as `pathmnist.npz` and so on, and read them.

    A file that is there already is kept, so that a download that broke off goes on where it stopped.
    `progress` is called with a line of text for each dataset.

    Raises GroundTruthError if a dataset cannot be fetched, arrives damaged or is not as the benchmark
    says, and OSError if `folder` cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _session() as session:
        for dataset in benchmark:
            target = folder / f"{dataset.name}.npz"
            if target.exists():
                progress(f"{dataset.name}: already in {folder}")
            else:
                _fetch(session, f"{base_url}/{target.name}?download=1", target, progress)
    return read_ground_truth(folder, benchmark)


def _session() -> requests.Session:
    """A session that waits where the server is busy, as long as that asks for; `_fetch` does the rest."""
    retry = urllib3.Retry(
        total=ATTEMPTS, connect=0, backoff_factor=BACKOFF_SECONDS, status_forcelist=(429, 500, 502, 503, 504)
    )
    session = requests.Session()
    session.headers["Accept-Encoding"] = "identity"
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


def _fetch(session: requests.Session, url: str, target: Path, progress: Progress) -> None:
    """Make `target`, starting again where the transfer breaks off or what arrives is damaged."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            n_bytes = _fetch_once(session, url, target, progress)
        except _FETCH_ERRORS as error:
            if attempt == ATTEMPTS:
                raise GroundTruthError(
                    [
                        f"{target.stem}: {url} could not be fetched in {ATTEMPTS} attempts: {error}.",
                        f"What is complete stays in {target.parent}: start again to go on from there, or "
                        "download the files by hand, put them there and give that folder.",
                    ]
                ) from error
            time.sleep(BACKOFF_SECONDS * attempt)
        else:
            progress(f"{target.stem}: {n_bytes:,} bytes fetched")
            return


def _fetch_once(session: requests.Session, url: str, target: Path, progress: Progress) -> int:
    """Make `target`; the number of bytes that it took."""
    try:
        return _fetch_labels(session, url, target)
    except RangeNotSupported:
        progress(f"{target.stem}: the server answers no range requests, so the whole file is fetched")
        return _fetch_whole_file(session, url, target)


def _fetch_labels(session: requests.Session, url: str, target: Path) -> int:
    """Make `target` an npz of the test labels only; zipfile checks their CRC-32."""
    sizes = []

    def note_size(response: requests.Response, **kwargs: object) -> None:
        sizes.append(int(response.headers.get("Content-Length", 0)))

    member = f"{TEST_LABELS}.npy"
    with RemoteZip(
        url, TAIL_BYTES, session, timeout=TIMEOUT_SECONDS, hooks={"response": note_size}
    ) as archive:
        if member not in archive.namelist():
            raise _DamagedError(f"it holds no {member}")
        content = archive.read(member)
    part = _part_of(target)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as labels_only:
        labels_only.writestr(member, content)
    os.replace(part, target)
    return sum(sizes)


def _fetch_whole_file(session: requests.Session, url: str, target: Path) -> int:
    """Make `target` a copy of the file, going on from a partial one if the server can, and check its MD5."""
    part = _part_of(target)
    n_present = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={n_present}-"} if n_present else {}
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            raise _DamagedError("the partial copy is longer than the file")
        response.raise_for_status()
        goes_on = response.status_code == requests.codes.partial_content
        with part.open("ab" if goes_on else "wb") as file:
            for chunk in response.iter_content(CHUNK_BYTES):
                file.write(chunk)
            n_total = file.tell()
    with part.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 != MD5_28[target.stem]:
        part.unlink()
        raise _DamagedError(f"its MD5 is {md5}, that of the official file is {MD5_28[target.stem]}")
    os.replace(part, target)
    return n_total - n_present if goes_on else n_total


def _part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")
