"""Comparison of labels with the official ones, as far as it can be made without these at hand.

MedMNIST publishes an MD5 of each file, and none of the labels alone. So labels are official if each of their files has
the official MD5, or was fetched from the official record. Where class counts were published, they are compared, too.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from challenge.medmnist.class_counts import CLASS_COUNTS
from challenge.medmnist.download import md5_of
from challenge.medmnist.facts import FACTS, official_files
from challenge.medmnist.labels import TEST_LABELS, locate_files
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.ground_truth import GroundTruth, count_classes


@dataclass(frozen=True)
class Origin:
    """Finding about labels, and its reasons as sentences."""

    is_official: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.reasons)


def origin_of(path: Path, ground_truth: GroundTruth, benchmark: Benchmark) -> Origin:
    """Compare labels that were read from `path`, a folder of files or one npz, with the official ones.

    Raises GroundTruthError and OSError if the files cannot be read.
    """
    counts = _compare_counts(ground_truth, benchmark)
    if not path.is_dir():
        return Origin(False, (f"One file of labels has no official checksum: {path.name}.", counts))
    files = locate_files(path, benchmark)
    others = [file.name for name, file in files.items() if not _is_official(name, file)]
    if others:
        return Origin(False, (f"{_files(others)} not official, by MD5: {', '.join(others)}.", counts))
    return Origin(
        True, (f"All {len(files)} files are official, by MD5 or as fetched from the record.", counts)
    )


def seal(url: str, crc: int) -> bytes:
    """Return the comment of an archive of labels that were fetched from an address.

    An archive that was changed since has other labels (another CRC-32), or no comment.
    """
    return f"{TEST_LABELS} of {url}, CRC-32 {crc:08x}".encode()


def _is_official(dataset_name: str, path: Path) -> bool:
    """Return whether a file has the MD5 of the official file of its name, or its labels came from the record."""
    official = next((file for file in official_files(dataset_name) if file.file_name == path.name), None)
    if official is None:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            crc = archive.getinfo(f"{TEST_LABELS}.npy").CRC
            is_sealed = archive.comment == seal(official.url, crc)
    except (zipfile.BadZipFile, KeyError):
        return False
    return is_sealed or md5_of(path) == official.md5


def _compare_counts(ground_truth: GroundTruth, benchmark: Benchmark) -> str:
    """Return a sentence on the numbers of test images of each class."""
    published: Mapping[str, tuple[int, ...]] = {
        name: splits["test"] for name, splits in CLASS_COUNTS.items() if "test" in splits
    }
    counts = count_classes(ground_truth.labels, benchmark)
    differ = [d.title for d in benchmark if published.get(d.name, counts[d.name]) != counts[d.name]]
    if differ:
        return f"The number of test images of each class differs from the published one: {', '.join(differ)}."
    return (
        f"The number of test images of each class equals the published one for {len(published)} datasets; "
        f"for the other {len(FACTS) - len(published)}, none is published."
    )


def _files(names: list[str]) -> str:
    return "1 file is" if len(names) == 1 else f"{len(names)} files are"
