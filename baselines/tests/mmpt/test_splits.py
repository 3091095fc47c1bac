"""Reading of official files: content, memory, and messages about invalid files."""

import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baselines.mmpt.data import splits
from baselines.mmpt.data.splits import DataError, check_folder, file_name, load_split, stream_images
from challenge.medmnist import npz
from challenge.scoring.benchmark import Dataset, Task

#: Datasets of which only the size of the test split is known.
GREY = Dataset("greymnist", "Grey", "none", Task.MULTICLASS, ("a", "b", "c"), 6)
COLOUR = Dataset("colourmnist", "Colour", "none", Task.BINARY, ("no", "yes"), 6)
FINDINGS = Dataset("findingsmnist", "Findings", "none", Task.MULTILABEL, ("a", "b", "c", "d"), 6)
ALL = (GREY, COLOUR, FINDINGS)
SAVE = pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
MB = 1e6


def arrays_of(dataset: Dataset, size: int = 8, **n_images: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for split, n in {"train": 12, "val": 5, "test": 6, **n_images}.items():
        shape = (n, size, size, 3) if dataset is COLOUR else (n, size, size)
        arrays[f"{split}_images"] = rng.integers(0, 256, shape, dtype=np.uint8)
        arrays[f"{split}_labels"] = (
            rng.integers(0, 2, (n, dataset.n_classes), dtype=np.uint8)
            if dataset is FINDINGS
            else rng.integers(0, dataset.n_classes, (n, 1), dtype=np.uint8)
        )
    return arrays


@pytest.fixture
def folder(tmp_path):
    for dataset in ALL:
        np.savez_compressed(tmp_path / file_name(dataset.name, 8), **arrays_of(dataset))
    return tmp_path


def replace(folder: Path, dataset: Dataset, **changes: np.ndarray | None) -> None:
    arrays = {**arrays_of(dataset), **changes}
    kept: dict[str, Any] = {name: array for name, array in arrays.items() if array is not None}
    np.savez_compressed(folder / file_name(dataset.name, 8), **kept)


def problems_of(folder: Path, datasets=ALL, resolution: int = 8) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        check_folder(folder, datasets, resolution)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_names_of_files():
    assert [file_name("pathmnist", size) for size in (28, 64)] == ["pathmnist.npz", "pathmnist_64.npz"]


@SAVE
def test_images_and_labels_are_loaded_unchanged(tmp_path, save):
    for dataset in ALL:
        expected = arrays_of(dataset)
        save(tmp_path / file_name(dataset.name, 8), **expected)
        for split in splits.SPLITS:
            found = load_split(tmp_path, dataset, 8, split)
            np.testing.assert_array_equal(found.images, expected[f"{split}_images"])
            assert len(found) == len(expected[f"{split}_images"])
            labels = expected[f"{split}_labels"]
            if dataset is FINDINGS:
                np.testing.assert_array_equal(found.labels, labels)
                assert found.labels.dtype == np.float32
            else:
                np.testing.assert_array_equal(found.labels, labels[:, 0])
                assert found.labels.dtype == np.int64
    check_folder(tmp_path, ALL, 8)


@SAVE
@pytest.mark.parametrize("batch_size", [1, 4, 6, 100])
def test_streams_images_in_their_order(tmp_path, save, batch_size):
    expected = arrays_of(COLOUR)["test_images"]
    save(tmp_path / file_name(COLOUR.name, 8), **arrays_of(COLOUR))
    batches = list(stream_images(tmp_path, COLOUR, 8, "test", batch_size))
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    np.testing.assert_array_equal(np.concatenate(batches), expected)


@pytest.fixture(scope="module", params=[np.savez, np.savez_compressed])
def large(request, tmp_path_factory):
    """A file of 40 MB of training images."""
    folder = tmp_path_factory.mktemp("large")
    request.param(folder / file_name(GREY.name, 100), **arrays_of(GREY, 100, train=4000))
    return folder, request.param


def peak_of(action) -> float:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_compressed_array_is_in_memory_once_and_an_uncompressed_array_is_mapped(large):
    folder, save = large
    peak = peak_of(lambda: load_split(folder, GREY, 100, "train"))
    assert peak < (1 if save is np.savez else 40 + 6) * MB


def test_a_mapped_array_is_read_only(large):
    folder, save = large
    images = load_split(folder, GREY, 100, "train").images
    assert images.flags.writeable is (save is np.savez_compressed)
    assert images[[3, 1]].flags.writeable


def test_streaming_holds_one_batch(large):
    folder, _ = large

    def stream() -> None:
        for _ in stream_images(folder, GREY, 100, "train", 50):
            pass

    assert peak_of(stream) < 6 * MB  # two batches of half a MB, and zipfile's buffers


def test_checking_reads_no_images(large):
    folder, _ = large
    assert peak_of(lambda: check_folder(folder, [GREY], 100)) < 1.5 * MB


def test_a_good_folder(folder):
    check_folder(folder, ALL, 8)


def test_all_problems_are_reported_at_once(folder):
    (folder / file_name(GREY.name, 8)).unlink()
    replace(folder, COLOUR, test_labels=None)
    replace(folder, FINDINGS, val_images=np.zeros((5, 9, 9), np.uint8), test_labels=np.full((6, 4), 2))
    problems = problems_of(folder)
    assert problems == (
        f"1 of 3 files are missing from {folder}: greymnist_8.npz. "
        "Download the official files with `manage.py train_baseline --download`.",
        f"colourmnist_8.npz holds no array `test_labels`; put a good copy in its place ({folder}).",
        "findingsmnist_8.npz holds `val_images` of shape (5, 9, 9), expected (n, 8, 8); "
        f"put a good copy in its place ({folder}).",
        "findingsmnist_8.npz holds `test_labels` from 2 to 2, expected 0 to 1; "
        f"put a good copy in its place ({folder}).",
    )


def test_only_the_requested_splits_are_checked(folder):
    replace(folder, GREY, train_images=None)
    check_folder(folder, ALL, 8, ["val", "test"])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"train_images": np.zeros((12, 8, 8), np.float32)}, "holds `train_images` of type float32, expected uint8"),
        ({"test_images": np.zeros((7, 8, 8), np.uint8)}, "of shape (7, 8, 8), expected (6, 8, 8)"),
        ({"train_images": np.zeros((0, 8, 8), np.uint8)}, "of shape (0, 8, 8), expected (n, 8, 8)"),
        ({"train_images": np.zeros((12, 8), np.uint8)}, "of shape (12, 8), expected (n, 8, 8)"),
        ({"val_labels": np.zeros((4, 1), np.uint8)}, "holds `val_labels` of shape (4, 1), expected (5, 1)"),
        ({"val_labels": np.zeros((5, 1))}, "holds `val_labels` of type float64, expected integers"),
        ({"val_labels": np.full((5, 1), 3)}, "holds `val_labels` from 3 to 3, expected 0 to 2"),
        ({"val_labels": np.full((5, 1), -1)}, "holds `val_labels` from -1 to -1, expected 0 to 2"),
        ({"val_labels": np.array([{}] * 5)}, "is damaged or unreadable (holds Python objects)"),
        ({"val_images": np.asfortranarray(np.zeros((5, 8, 8), np.uint8))}, "stored by columns, not by rows"),
    ],
)  # fmt: skip
def test_an_invalid_array_is_refused(folder, changes, problem):
    replace(folder, GREY, **changes)
    assert len(problems_of(folder)) == 1
    assert problem in problems_of(folder)[0]


@pytest.mark.parametrize("content", [b"", b"<html>moved</html>", b"PK\x03\x04" + bytes(100)])
def test_a_file_that_is_no_archive_is_named_once(folder, content):
    (folder / "greymnist_8.npz").write_bytes(content)
    assert [problem.partition(" (")[0] for problem in problems_of(folder)] == [
        "greymnist_8.npz is damaged or unreadable"
    ]


@SAVE
def test_a_file_that_was_cut_off(tmp_path, save):
    path = tmp_path / "greymnist_8.npz"
    save(path, **arrays_of(GREY))
    path.write_bytes(path.read_bytes()[:-200])
    assert "is damaged or unreadable" in problems_of(tmp_path, [GREY])[0]


def test_damaged_images_are_found_when_they_are_read(tmp_path):
    path = tmp_path / "greymnist_8.npz"
    np.savez_compressed(path, **arrays_of(GREY))
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("test_images.npy")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 300] ^= 255
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"greymnist_8.npz is damaged or unreadable \(.*\); put a good copy"):
        load_split(tmp_path, GREY, 8, "test")
    with pytest.raises(DataError, match="is damaged or unreadable"):
        list(stream_images(tmp_path, GREY, 8, "test", 4))


def test_a_wrong_checksum_of_an_uncompressed_array_is_found_while_streaming(tmp_path):
    path = tmp_path / "greymnist_8.npz"
    np.savez(path, **arrays_of(GREY))
    content = path.read_bytes()
    image = arrays_of(GREY)["test_images"].tobytes()
    path.write_bytes(content.replace(image, image[:-1] + bytes([image[-1] ^ 1])))
    with pytest.raises(DataError, match="Bad CRC-32"):
        list(stream_images(tmp_path, GREY, 8, "test", 4))


def test_an_array_shorter_than_its_header_says(tmp_path):
    path = tmp_path / "greymnist_8.npz"
    np.savez(path, **arrays_of(GREY))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content[:-1] if name == "train_images.npy" else content)
    assert "is damaged: `train_images` has 895 bytes, its shape needs 896" in problems_of(tmp_path, [GREY])[0]


def test_no_such_folder(tmp_path):
    assert problems_of(tmp_path / "gone") == (f"{tmp_path / 'gone'} is not a folder.",)


def test_a_missing_file_when_it_is_read(tmp_path):
    with pytest.raises(DataError, match=r"greymnist_8.npz is missing; put a good copy in its place"):
        load_split(tmp_path, GREY, 8, "train")


def test_official_sizes_and_channels(tmp_path):
    """BreastMNIST has 546, 78 and 156 grey images."""
    breast = splits.MEDMNIST_PLUS["breastmnist"]
    arrays = arrays_of(GREY, 28, train=546, val=78, test=156)
    for split in splits.SPLITS:
        arrays[f"{split}_labels"] %= 2
    np.savez(tmp_path / "breastmnist.npz", **arrays)
    check_folder(tmp_path, [breast], 28)
    np.savez(tmp_path / "breastmnist.npz", **{**arrays, "train_images": np.zeros((545, 28, 28, 3), np.uint8)})
    assert "of shape (545, 28, 28, 3), expected (546, 28, 28)" in problems_of(tmp_path, [breast], 28)[0]


def test_other_sizes_are_loaded_without_a_check(folder):
    replace(
        folder, GREY, **{name: array for name, array in arrays_of(GREY, test=9).items() if "test" in name}
    )
    with pytest.raises(DataError, match="expected \\(6, 8, 8\\)"):
        load_split(folder, GREY, 8, "test")
    assert len(load_split(folder, GREY, 8, "test", check_official_size=False)) == 9


def test_sizes_of_a_synthetic_collection_are_those_of_its_marker(folder):
    sizes = {"greymnist": {"train": 12, "val": 5, "test": 7}}
    (folder / splits.MARKER).write_text(json.dumps({"8": {"sizes": sizes}}))
    assert "expected (7, 8, 8)" in problems_of(folder)[0]
    sizes["greymnist"]["test"] = 6
    (folder / splits.MARKER).write_text(json.dumps({"8": {"sizes": sizes}}))
    check_folder(folder, ALL, 8)


@pytest.mark.parametrize("marker", ["", "[]", '{"8": {}}', '{"8": {"sizes": {"greymnist": {"train": 1}}}}'])
def test_a_damaged_marker(folder, marker):
    (folder / splits.MARKER).write_text(marker)
    assert "synthetic.json is damaged" in problems_of(folder)[0]


def test_a_mapped_array_starts_where_the_archive_says(tmp_path):
    """Between the local header and the array are names and extra fields of any length."""
    path = tmp_path / "some.npz"
    expected = np.arange(60, dtype=np.uint8).reshape(5, 12)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("something of another length", b"x" * 77)
        with archive.open("array.npy", "w", force_zip64=True) as stream:
            np.lib.format.write_array(stream, expected)
    np.testing.assert_array_equal(npz.load(npz.describe(path, "array")), expected)
