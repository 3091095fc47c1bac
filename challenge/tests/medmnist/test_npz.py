"""Reader of arrays in npz files."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from challenge.medmnist import npz

IMAGES = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), np.uint8)


@pytest.fixture(params=[np.savez, np.savez_compressed], ids=["stored", "compressed"])
def file(tmp_path, request) -> Path:
    path = tmp_path / "file.npz"
    request.param(path, images=IMAGES, labels=np.arange(50)[:, None])
    return path


def test_it_describes_and_reads_an_array(file):
    member = npz.describe(file, "images")
    assert (member.shape, member.dtype) == (IMAGES.shape, IMAGES.dtype)
    for array in (npz.read(member), npz.load(member), np.concatenate(list(npz.read_rows(member, 7)))):
        np.testing.assert_array_equal(array, IMAGES)


def test_chosen_rows_come_in_the_order_asked_for(file):
    rows = [30, 2, 49, 2]
    np.testing.assert_array_equal(npz.read_chosen_rows(npz.describe(file, "images"), rows), IMAGES[rows])


def test_an_array_that_is_not_there(file):
    with pytest.raises(npz.MissingArrayError, match="holds no array `masks`"):
        npz.describe(file, "masks")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(npz.NpzError, match="is missing"):
        npz.describe(tmp_path / "file.npz", "images")


def test_a_changed_byte_is_noticed_however_the_array_is_read(tmp_path):
    path = tmp_path / "file.npz"
    np.savez(path, images=IMAGES)
    content = bytearray(path.read_bytes())
    content[content.index(IMAGES[7].tobytes())] ^= 1
    path.write_bytes(content)
    member = npz.describe(path, "images")
    for read in (npz.load, npz.read):
        with pytest.raises(npz.NpzError, match="is damaged or unreadable"):
            read(member)


def test_damage_between_the_chosen_rows_is_noticed(tmp_path):
    path = tmp_path / "file.npz"
    np.savez_compressed(path, images=np.zeros((500, 8, 8), np.uint8))
    with zipfile.ZipFile(path) as archive:
        crc = archive.getinfo("images.npy").CRC.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(crc, bytes(4)))
    member = npz.describe(path, "images")
    with pytest.raises(npz.NpzError, match="is damaged or unreadable"):
        npz.read_chosen_rows(member, [3, 400])
