"""Draws of the bootstrap, kept on the disk: they are the same for all submissions, and take a third of an estimate.

A file has the counts of all replicates of a dataset, block after block, and ends with a checksum. The folder may be
deleted at any time: where there is no sound file, the images are drawn anew.
"""

import errno
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils import timezone

from bigsite.disk import is_nearly_full
from challenge.formats.atomic import atomic_write
from challenge.scoring.benchmark import Dataset
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION
from challenge.scoring.statistics.intervals import N_REPLICATES

#: Labels change a few times in the life of a phase, and files for earlier labels are not used any more.
KEPT_DAYS = 30
_CHUNK, _CHECKSUM_BYTES = 2**20, 4


def kept_draws(
    dataset: Dataset, bounds: np.ndarray, n_replicates: int = N_REPLICATES
) -> Iterator[np.ndarray]:
    """Yield what `bootstrap.draws` yields, from a file made on first use, as far as it can be made and read.

    Nothing is kept while the disk is nearly full, or if the folder cannot be written.
    """
    # they import Numba, which web processes do not need
    from challenge.scoring.statistics.bootstrap import draws
    from challenge.scoring.statistics.bootstrap_kernels import LANES

    path, counts, first = _path(dataset, bounds), np.empty((bounds[-1], LANES), np.uint8), 0
    with suppress(OSError):
        if not _is_sound(path):
            _make(path, draws(dataset, bounds, N_REPLICATES), n_bytes=len(counts) * (N_REPLICATES + LANES))
        with path.open("rb") as file:
            while first < n_replicates and file.readinto(counts.data) == counts.nbytes:
                yield counts
                first += LANES
    yield from draws(dataset, bounds, n_replicates, first)


def delete_old(now: datetime | None = None) -> int:
    """Delete files that were made long ago, and return their number; those in use are made again within a second.

    Drafts of workers that were killed go, too.
    """
    before = (now or timezone.now()) - timedelta(days=KEPT_DAYS)
    old = [path for path in settings.DRAWS_DIR.glob("*") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(old)


def _path(dataset: Dataset, bounds: np.ndarray) -> Path:
    """Return the path for a dataset whose labels have these strata."""
    drawn = f"{BOOTSTRAP_VERSION} {N_REPLICATES} {bounds.tolist()}"
    return Path(settings.DRAWS_DIR, f"{dataset.name}-{sha256(drawn.encode()).hexdigest()[:16]}")


def _make(path: Path, blocks: Iterator[np.ndarray], n_bytes: int) -> None:
    if is_nearly_full(n_bytes):
        raise OSError(errno.ENOSPC, "The draws would leave too little free space.")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    checksum = 0
    with atomic_write(path) as draft, draft.open("wb") as file:
        for counts in blocks:
            checksum = zlib.crc32(counts.data, checksum)
            file.write(counts.data)
        file.write(checksum.to_bytes(_CHECKSUM_BYTES))


def _is_sound(path: Path) -> bool:
    """Return whether the file is there with its checksum; each process computes the checksum once."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    return _has_its_checksum(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _has_its_checksum(path: Path, size: int, changed_at: int) -> bool:
    """Compare the checksum; size and time of the last change in ns are there to tell one file from the next."""
    checksum, end = 0, size - _CHECKSUM_BYTES
    with path.open("rb") as file:
        for start in range(0, end, _CHUNK):
            checksum = zlib.crc32(file.read(min(_CHUNK, end - start)), checksum)
        return file.read() == checksum.to_bytes(_CHECKSUM_BYTES)
