"""Comparison of labels with the official ones."""

import zipfile
from dataclasses import replace

import numpy as np
import pytest

from challenge.medmnist import facts
from challenge.medmnist.class_counts import CLASS_COUNTS
from challenge.medmnist.download import md5_of
from challenge.medmnist.origin import origin_of, seal
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruth, write_ground_truth
from challenge.tests.medmnist.test_labels import DEMO, write_medmnist_folder


@pytest.fixture
def folder(tmp_path):
    return write_medmnist_folder(tmp_path / "medmnist")


@pytest.fixture
def official_folder(folder, monkeypatch):
    """A folder whose files have the official MD5."""
    known = {
        name: replace(of_dataset, md5={**of_dataset.md5, 28: md5_of(folder / f"{name}.npz")})
        for name, of_dataset in facts.FACTS.items()
    }
    monkeypatch.setattr(facts, "FACTS", known)
    return folder


def test_files_with_the_official_checksums_are_official(official_folder):
    origin = origin_of(official_folder, DEMO, MEDMNIST_PLUS)
    assert origin.is_official
    assert "All 12 files are official" in str(origin)


def test_files_that_differ_are_named(official_folder):
    np.savez(official_folder / "octmnist.npz", test_labels=DEMO.labels["octmnist"].reshape(-1, 1))
    origin = origin_of(official_folder, DEMO, MEDMNIST_PLUS)
    assert not origin.is_official
    assert origin.reasons[0] == "1 file is not official, by MD5: octmnist.npz."


def test_synthetic_files_are_not_official(folder):
    origin = origin_of(folder, DEMO, MEDMNIST_PLUS)
    assert not origin.is_official
    assert origin.reasons[0].startswith("12 files are not official, by MD5: pathmnist.npz, ")
    assert "differs from the published one: PathMNIST" in origin.reasons[1]


def sealed(folder) -> None:
    """Mark the files as fetched from the record."""
    for dataset in MEDMNIST_PLUS:
        with zipfile.ZipFile(folder / f"{dataset.name}.npz", "a") as archive:
            crc = archive.getinfo("test_labels.npy").CRC
            archive.comment = seal(facts.official_file(dataset.name, 28).url, crc)


def test_labels_fetched_from_the_record_are_official_until_somebody_changes_them(folder):
    sealed(folder)
    assert origin_of(folder, DEMO, MEDMNIST_PLUS).is_official
    comment = zipfile.ZipFile(folder / "octmnist.npz").comment
    np.savez(folder / "octmnist.npz", test_labels=1 - DEMO.labels["octmnist"].reshape(-1, 1) % 2)
    assert not origin_of(folder, DEMO, MEDMNIST_PLUS).is_official
    with zipfile.ZipFile(folder / "octmnist.npz", "a") as archive:
        archive.comment = comment
    assert not origin_of(folder, DEMO, MEDMNIST_PLUS).is_official, "the labels have another CRC-32"


def test_one_file_of_labels_is_compared_by_its_counts(tmp_path):
    labels = {name: np.copy(values) for name, values in DEMO.labels.items()}
    for name, splits in CLASS_COUNTS.items():
        if "test" in splits:
            labels[name] = np.repeat(np.arange(len(splits["test"]), dtype=np.uint8), splits["test"])
    like_official = GroundTruth(labels)
    write_ground_truth(like_official, tmp_path / "labels.npz")
    origin = origin_of(tmp_path / "labels.npz", like_official, MEDMNIST_PLUS)
    assert not origin.is_official
    assert origin.reasons[0] == "One file of labels has no official checksum: labels.npz."
    assert "equals the published one for 7 datasets; for the other 5, none is published." in origin.reasons[1]


def test_a_file_that_is_no_archive_is_not_official(folder):
    (folder / "octmnist.npz").write_bytes(b"nonsense")
    assert not origin_of(folder, DEMO, MEDMNIST_PLUS).is_official
