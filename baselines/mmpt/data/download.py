"""Download of the official files that a training needs."""

from collections.abc import Callable, Sequence
from pathlib import Path

from baselines.mmpt.data.splits import MARKER
from challenge.medmnist.download import DownloadError, fetch_files
from challenge.medmnist.facts import FACTS, OfficialFile
from challenge.medmnist.facts import official_file as file_of
from challenge.scoring.benchmark import Dataset

Write = Callable[[str], object]


def download(folder: Path, datasets: Sequence[Dataset], resolution: int, write: Write) -> None:
    """Download the official file of each dataset to `folder`, and check its MD5.

    An official file that is already there is kept; a partial file (.part) is continued. `write` is called with
    lines of progress.

    Raises DownloadError.
    """
    files = [official_file(dataset, resolution) for dataset in datasets]
    if (folder / MARKER).exists():
        raise DownloadError(f"{folder} contains a synthetic collection: give another folder.")
    fetch_files(folder, files, write)


def official_file(dataset: Dataset, resolution: int) -> OfficialFile:
    """Return the address and checksum of a file. Raises DownloadError if there is no official file."""
    facts = FACTS.get(dataset.name)
    if facts is None or resolution not in facts.md5:
        raise DownloadError(f"There is no official file of {dataset.name} at {resolution} pixels.")
    return file_of(dataset.name, resolution)
