"""Files that cannot be used for a montage: each is named, and the others are made."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError

from challenge.content.samples import sample_path
from challenge.tests.dataset_samples.montages import COLOUR, GREY, MULTILABEL, labels_of, run, write


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 - 200 : len(content) // 2] = b"\xff" * 200
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def without_images(path: Path) -> None:
    np.savez(path, train_labels=labels_of(GREY, 60))


def of_another_resolution(path: Path) -> None:
    np.savez(path, train_images=np.zeros((60, 64, 64), np.uint8), train_labels=labels_of(GREY, 60))


def of_another_type(path: Path) -> None:
    np.savez(path, train_images=np.zeros((60, 28, 28)), train_labels=labels_of(GREY, 60))


def with_fewer_images_than_labels(path: Path) -> None:
    np.savez(path, train_images=np.zeros((9, 28, 28), np.uint8), train_labels=labels_of(GREY, 600))


def with_a_class_missing(path: Path) -> None:
    labels = labels_of(GREY, 60).clip(max=2)
    np.savez(path, train_images=np.zeros((60, 28, 28), np.uint8), train_labels=labels)


def with_labels_of_another_dataset(path: Path) -> None:
    np.savez(path, train_images=np.zeros((60, 28, 28), np.uint8), train_labels=labels_of(MULTILABEL, 60))


def with_pickled_labels(path: Path) -> None:
    labels = np.array([[None]] * 60, dtype=object)
    np.savez(path, train_images=np.zeros((60, 28, 28), np.uint8), train_labels=labels)


def with_images_that_end_early(path: Path) -> None:
    """The header of the array promises more images than the file has."""
    content = io.BytesIO()
    np.save(content, np.zeros((60, 28, 28), np.uint8))
    labels = io.BytesIO()
    np.save(labels, labels_of(GREY, 60))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train_images.npy", content.getvalue()[:2000])
        archive.writestr("train_labels.npy", labels.getvalue())


DAMAGE = {
    truncated: "damaged or unreadable",
    flipped: "damaged or unreadable",
    empty: "damaged or unreadable",
    without_images: "no training images",
    of_another_resolution: r"shape \(60, 64, 64\)",
    of_another_type: "float64",
    with_fewer_images_than_labels: r"shape \(9, 28, 28\)",
    with_a_class_missing: "no training image of the class normal",
    with_labels_of_another_dataset: r"expected \(n, 1\)",
    with_pickled_labels: "damaged or unreadable",
    with_images_that_end_early: "damaged: `train_images` has",
}


@pytest.mark.parametrize(
    ("damage", "problem"), DAMAGE.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_file_that_cannot_be_used_is_named_and_the_others_are_made(damage, problem, folder, samples):
    rng = np.random.default_rng(0)
    path = folder / "octmnist.npz"
    images = rng.integers(0, 256, (60, 28, 28), np.uint8)
    np.savez_compressed(path, train_images=images, train_labels=labels_of(GREY, 60))
    damage(path)
    write(folder, COLOUR)
    write(folder, MULTILABEL)
    with pytest.raises(CommandError, match=rf"octmnist\.npz: .*{problem}"):
        run(folder)
    assert sorted(file.name for file in samples.iterdir()) == ["chestmnist_28.png", "pathmnist_28.png"]


def test_a_failure_keeps_the_montage_that_was_there(folder, samples):
    path = write(folder, GREY)
    run(folder)
    before = sample_path(GREY.name, 28).read_bytes()
    truncated(path)
    with pytest.raises(CommandError):
        run(folder)
    assert sample_path(GREY.name, 28).read_bytes() == before
    assert len(list(samples.iterdir())) == 1
