"""Download of the official labels from Zenodo: a few hundred kB out of files of several hundred MB.

The labels are one small member of each npz file (a zip archive), so two range requests per dataset are enough.
If a server does not support range requests, the whole files are fetched.
"""

import time
import zipfile
import zlib
from pathlib import Path

import requests
import urllib3
from remotezip import RangeNotSupported, RemoteZip, RemoteZipError

from challenge.formats.atomic import atomic_write
from challenge.medmnist import download
from challenge.medmnist.download import DownloadError, Progress
from challenge.medmnist.facts import ZENODO_FILES, OfficialFile, official_file
from challenge.medmnist.labels import TEST_LABELS, read_labels
from challenge.medmnist.origin import seal
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.ground_truth import GroundTruth, GroundTruthError

#: Size of the end of each archive, fetched first: the table of contents and, for most datasets, the labels.
TAIL_BYTES = 16 * 1024


class _DamagedError(Exception):
    """The received archive is not the official file."""


_FETCH_ERRORS = (
    _DamagedError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    RemoteZipError,
    zipfile.BadZipFile,
    zlib.error,
)


def download_ground_truth(
    folder: Path,
    benchmark: Benchmark,
    *,
    base_url: str = ZENODO_FILES,
    progress: Progress = lambda line: None,
) -> GroundTruth:
    """Fetch the labels of each dataset into `folder`, as `pathmnist.npz` and so on, and read them.

    Files in the folder are kept, so an interrupted download resumes where it stopped. `progress` is called with a line
    of text for each dataset.

    Raises GroundTruthError if a dataset cannot be fetched, arrives damaged or does not match the benchmark. Raises
    OSError if `folder` cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with download.open_session() as session:
        for dataset in benchmark:
            file = official_file(dataset.name, min(benchmark.resolutions), base_url)
            target = folder / file.file_name
            if target.exists():
                progress(f"{dataset.name}: already in {folder}")
            else:
                _fetch(session, file, target, progress)
    return read_labels(folder, benchmark)


def _fetch(session: requests.Session, file: OfficialFile, target: Path, progress: Progress) -> None:
    """Write `target`: an npz of the test labels, or the whole file if the server does not support range requests."""
    try:
        n_bytes = _fetch_labels(session, file.url, target)
    except RangeNotSupported:
        progress(f"{target.stem}: the server does not support range requests, so the whole file is fetched")
        try:
            download.fetch_file(session, target.parent, file, progress)
        except DownloadError as error:
            raise _problem(target, str(error)) from error
    except _FETCH_ERRORS as error:
        why = f"{file.url} could not be fetched in {download.ATTEMPTS} attempts: {error}."
        raise _problem(target, why) from error
    else:
        progress(f"{target.stem}: {n_bytes:,} bytes fetched")


def _problem(target: Path, why: str) -> GroundTruthError:
    return GroundTruthError(
        [
            f"{target.stem}: {why}",
            f"Complete files stay in {target.parent}: start again to resume, or "
            "download the files by hand, put them there and give that folder.",
        ]
    )


def _fetch_labels(session: requests.Session, url: str, target: Path) -> int:
    """Write `target`, and retry if the transfer is interrupted or damaged; return the bytes of the last attempt."""
    attempt = 1
    while True:
        try:
            return _fetch_labels_once(session, url, target)
        except RangeNotSupported:
            raise
        except _FETCH_ERRORS:
            if attempt == download.ATTEMPTS:
                raise
        time.sleep(download.BACKOFF_SECONDS * attempt)
        attempt += 1


def _fetch_labels_once(session: requests.Session, url: str, target: Path) -> int:
    """Write an npz of the test labels to `target`, and return the bytes fetched; zipfile checks the CRC-32."""
    sizes = []

    def note_size(response: requests.Response, **kwargs: object) -> None:
        sizes.append(int(response.headers.get("Content-Length", 0)))

    member = f"{TEST_LABELS}.npy"
    with RemoteZip(
        url, TAIL_BYTES, session, timeout=download.TIMEOUT_SECONDS, hooks={"response": note_size}
    ) as archive:
        if member not in archive.namelist():
            raise _DamagedError(f"it holds no {member}")
        content = archive.read(member)
    with atomic_write(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as labels_only:
        labels_only.writestr(member, content)
        labels_only.comment = seal(url, archive.getinfo(member).CRC)
    return sum(sizes)
