"""Reading, checking, versioning and storing the labels."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from challenge.medmnist.labels import read_labels
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.ground_truth import (
    GroundTruth,
    GroundTruthError,
    read_ground_truth,
    write_ground_truth,
)

DEMO = make_demo_ground_truth(MEDMNIST_PLUS)

#: Changes only with the demo labels or the naming of versions; stored versions would then no longer match.
DEMO_VERSION = "442621df50a5448833d8645b38c2c6f9a69ed3256d106a9ecb71d237e87746fa"


def write_medmnist_folder(folder: Path, *, suffix: str = "", dtype=np.uint8, image_bytes: int = 10) -> Path:
    """Write the demo labels in the layout of the official files, with images of random bytes."""
    folder.mkdir(exist_ok=True)
    images = np.random.default_rng(0).integers(0, 256, image_bytes, dtype=np.uint8)
    for name, labels in DEMO.labels.items():
        official = labels.reshape(len(labels), -1).astype(dtype)
        np.savez_compressed(
            folder / f"{name}{suffix}.npz",
            train_images=images, test_images=images, train_labels=official[:5], test_labels=official,
        )  # fmt: skip
    return folder


def replace_labels(folder: Path, name: str, labels: np.ndarray) -> None:
    np.savez(folder / f"{name}.npz", test_labels=labels)


def problems_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(GroundTruthError) as caught:
        read_labels(path, MEDMNIST_PLUS)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


@pytest.fixture
def folder(tmp_path):
    return write_medmnist_folder(tmp_path / "medmnist")


def test_reads_a_folder_of_official_files(folder):
    ground_truth = read_labels(folder, MEDMNIST_PLUS)
    assert list(ground_truth.labels) == [dataset.name for dataset in MEDMNIST_PLUS]
    for name, labels in ground_truth.labels.items():
        assert labels.dtype == np.uint8
        np.testing.assert_array_equal(labels, DEMO.labels[name])


def test_the_same_labels_have_the_same_version_from_wherever_they_come(tmp_path):
    folders = [
        write_medmnist_folder(tmp_path / "small"),
        write_medmnist_folder(tmp_path / "large", suffix="_224", dtype=np.int64),
    ]
    stored = tmp_path / "stored.npz"
    write_ground_truth(DEMO, stored)
    assert {read_labels(path, MEDMNIST_PLUS).version for path in [*folders, stored]} == {DEMO_VERSION}
    assert read_ground_truth(stored, MEDMNIST_PLUS).version == DEMO_VERSION


def test_one_label_more_or_less_is_another_version():
    labels = dict(DEMO.labels)
    labels["breastmnist"] = 1 - labels["breastmnist"]
    assert GroundTruth(labels).version != DEMO.version


def test_of_several_resolutions_one_complete_one_is_read(folder):
    write_medmnist_folder(folder, suffix="_64")
    (folder / "octmnist.npz").unlink()
    write_medmnist_folder(folder, suffix="_128")
    (folder / "chestmnist_128.npz").write_bytes(b"not looked at")
    assert read_labels(folder, MEDMNIST_PLUS).version == DEMO_VERSION


def test_images_are_never_read(folder):
    """20 GB of images, sparse on disk, and with a wrong checksum, too."""
    file = folder / "pathmnist.npz"
    content = io.BytesIO()
    np.lib.format.write_array(content, DEMO.labels["pathmnist"][:, None])
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("train_images.npy", b"images")
        archive.start_dir += 20 * 2**30
        archive.writestr("test_labels.npy", content.getvalue())
    with file.open("r+b") as raw:
        raw.write(bytes(60))
    assert file.stat().st_size > 20 * 2**30
    assert read_labels(folder, MEDMNIST_PLUS).version == DEMO_VERSION


def test_missing_files_are_listed_for_each_resolution(folder):
    write_medmnist_folder(folder, suffix="_64")
    for name in ("octmnist.npz", "organsmnist.npz", "chestmnist_64.npz"):
        (folder / name).unlink()
    assert problems_of(folder)[1:] == (
        "28 pixels: 2 of 12 files missing: octmnist.npz, organsmnist.npz.",
        "64 pixels: 1 of 12 files missing: chestmnist_64.npz.",
    )


def test_every_dataset_that_is_off_is_named(folder):
    labels = DEMO.labels
    replace_labels(folder, "pathmnist", labels["pathmnist"][:-1, None])
    replace_labels(folder, "chestmnist", labels["chestmnist"][:, :13])
    replace_labels(folder, "dermamnist", labels["dermamnist"][:, None].astype(float))
    replace_labels(folder, "octmnist", labels["octmnist"][:, None] + 1)
    replace_labels(folder, "retinamnist", np.minimum(labels["retinamnist"], 3)[:, None])
    replace_labels(folder, "tissuemnist", labels["tissuemnist"][:, None].astype(np.int16) - 300)
    problems = problems_of(folder)
    assert problems == (
        "pathmnist: pathmnist.npz holds labels of shape (7179, 1); the official test split has (7180, 1).",
        "chestmnist: chestmnist.npz holds labels of shape (22433, 13); "
        "the official test split has (22433, 14).",
        "dermamnist: dermamnist.npz holds labels of type float64, expected integers.",
        "octmnist: octmnist.npz holds labels from 1 to 4, expected 0 to 3.",
        "retinamnist: retinamnist.npz has no AUC for: 4 (no image has the label, or every image has it).",
        "tissuemnist: tissuemnist.npz holds labels from -300 to -293, expected 0 to 7.",
    )


@pytest.mark.parametrize("value", [0, 1])
def test_a_label_that_none_or_all_images_carry_is_refused(folder, value):
    labels = DEMO.labels["chestmnist"].copy()
    labels[:, 13] = value
    replace_labels(folder, "chestmnist", labels)
    assert "hernia" in problems_of(folder)[0]


def test_multi_label_values_are_0_or_1(folder):
    replace_labels(folder, "chestmnist", DEMO.labels["chestmnist"] * 2)
    assert problems_of(folder) == ("chestmnist: chestmnist.npz holds labels from 0 to 2, expected 0 to 1.",)


def _truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-50])


def wrong_checksum(file: Path) -> None:
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        content[archive.getinfo("test_labels.npy").header_offset + 100] ^= 0xFF
    file.write_bytes(content)


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        _truncated,
        wrong_checksum,
        _a_folder,
        lambda file: file.write_bytes(b""),
        lambda file: file.write_text("<html>Too many requests</html>"),
        lambda file: np.savez(file, test_labels=np.array([{}, None], dtype=object)),
        lambda file: np.savez(file, train_labels=np.zeros(3)),
    ],
    ids=["truncated", "checksum", "folder", "empty", "no archive", "pickled", "no labels"],
)
def test_a_damaged_file_is_named(folder, damage):
    damage(folder / "bloodmnist.npz")
    (problem,) = problems_of(folder)
    assert problem.startswith("bloodmnist: bloodmnist.npz ")


def test_a_path_that_holds_nothing_of_use(tmp_path, folder):
    text = tmp_path / "labels.csv"
    text.write_text("dataset,index,label")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "does not exist" in problems_of(tmp_path / "nowhere")[0]
    assert "cannot be read as an npz file" in problems_of(text)[0]
    assert "holds no MedMNIST files; expected pathmnist.npz, chestmnist.npz" in problems_of(empty)[0]
    assert "give the folder" in problems_of(folder / "pathmnist.npz")[0]


def test_a_stored_file_without_all_datasets(tmp_path):
    path = tmp_path / "stored.npz"
    write_ground_truth(GroundTruth({"pathmnist": DEMO.labels["pathmnist"]}), path)
    problems = problems_of(path)
    assert len(problems) == 11
    assert problems[0] == "chestmnist: stored.npz holds no array `chestmnist`."
