"""Zip archives for tests: files of MedMNIST's evaluator, and damaged archives."""

import io
import struct
import zipfile
from collections.abc import Mapping

import numpy as np

from challenge.tests.scoring.odd_files import evaluator_file

#: Offsets of fields in a local header and in an entry of the central directory.
LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
FLAGS = {LOCAL: 6, CENTRAL: 8}


def evaluator_name(dataset: str, size: int | None = 28, split: str = "test", run: str = "run1") -> str:
    middle = "" if size is None else f"_{size}"
    return f"{dataset}{middle}_{split}_[AUC]0.912_[ACC]0.834@{run}.csv"


def evaluator_files(
    predictions: Mapping[str, np.ndarray], size: int | None = 28, folder: str = ""
) -> dict[str, str]:
    """Return the names and texts of the files for all datasets."""
    return {
        folder + evaluator_name(name, size): evaluator_file(values) for name, values in predictions.items()
    }


def zipped(
    files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def with_flag(content: bytes, bit: int) -> bytes:
    """Set a bit of the flags of every entry."""
    changed = bytearray(content)
    for magic, offset in FLAGS.items():
        at = content.find(magic)
        while at >= 0:
            changed[at + offset] |= bit
            at = content.find(magic, at + 4)
    return bytes(changed)


def with_sizes(content: bytes, size: int) -> bytes:
    """State another size of the unpacked files in the central directory."""
    changed = bytearray(content)
    at = content.find(CENTRAL)
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<L", size)
        at = content.find(CENTRAL, at + 4)
    return bytes(changed)


def with_wrong_checksums(content: bytes) -> bytes:
    """Change the checksum of every entry of the central directory."""
    changed = bytearray(content)
    at = content.find(CENTRAL)
    while at >= 0:
        changed[at + 16] ^= 1
        at = content.find(CENTRAL, at + 4)
    return bytes(changed)
