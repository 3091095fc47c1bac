"""Command `manage.py make_dataset_samples`: montages of sample images."""

import re
import tracemalloc

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from challenge.content.samples import images_per_class, make_montage, sample_path
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.dataset_samples.montages import (
    COLOUR,
    GREY,
    MULTILABEL,
    labels_of,
    run,
    shade,
    tiles_of,
    write,
)


@pytest.mark.parametrize("dataset", [GREY, COLOUR, MULTILABEL], ids=lambda dataset: dataset.name)
@pytest.mark.parametrize("resolution", [28, 64])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_montage_shows_every_class_in_order(dataset, resolution, save, folder):
    write(folder, dataset, resolution, save=save)
    run(folder)
    tiles = tiles_of(dataset, resolution)
    expected = [shade(k) for k in range(dataset.n_classes) for _ in range(images_per_class(dataset))]
    assert [int(tile[0, 0, 0]) for tile in tiles] == expected
    for tile in tiles:
        assert (tile == tile[0, 0]).all(), "a whole image and nothing of its neighbours"
        assert tile[0, 0, -1] == 255, "opaque"


def test_gaps_let_the_page_show_through(folder):
    write(folder, GREY)
    run(folder)
    with Image.open(sample_path(GREY.name, 28)) as image:
        assert image.mode == "LA"
        assert image.getpixel((28, 0)) == (0, 0)


def test_it_is_the_same_each_time_and_the_same_images_at_each_resolution(folder):
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (60, 28, 28), np.uint8)
    labels = labels_of(GREY, 60)
    np.savez(folder / "octmnist.npz", train_images=small, train_labels=labels)
    large = np.zeros((60, 64, 64), np.uint8)
    large[:, :28, :28] = small
    np.savez(folder / "octmnist_64.npz", train_images=large, train_labels=labels)
    run(folder)
    first = sample_path("octmnist", 28).read_bytes()
    run(folder)
    assert sample_path("octmnist", 28).read_bytes() == first
    pairs = zip(tiles_of(GREY, 28), tiles_of(GREY, 64), strict=True)
    assert all((a[..., 0] == b[:28, :28, 0]).all() for a, b in pairs)


def test_what_is_there_is_made_and_what_is_missing_is_named(folder):
    write(folder, GREY)
    write(folder, COLOUR, 64)
    output = run(folder)
    assert "octmnist.npz ... octmnist_28.png" in output
    assert "pathmnist_64.npz ... pathmnist_64.png" in output
    assert re.search(r"Not in .*: pathmnist\.npz, chestmnist\.npz,.* octmnist_224\.npz", output)
    assert "2 montages" in output


def test_resolutions_can_be_chosen(folder, samples):
    write(folder, GREY)
    write(folder, GREY, 64)
    with pytest.raises(CommandError, match="11 of the files asked for are missing"):
        run(folder, "--resolution", 64)
    assert [file.name for file in samples.iterdir()] == ["octmnist_64.png"]


def test_a_complete_folder_is_a_success(folder, samples):
    for dataset in MEDMNIST_PLUS:
        n = 2 * dataset.n_classes * images_per_class(dataset)
        images = np.zeros((n, 28, 28), np.uint8)
        np.savez(folder / f"{dataset.name}.npz", train_images=images, train_labels=labels_of(dataset, n))
    output = run(folder, "--resolution", 28)
    assert "12 montages" in output
    assert "Not in" not in output
    assert len(list(samples.iterdir())) == 12


def test_an_empty_folder_is_a_failure(folder):
    with pytest.raises(CommandError, match="holds no MedMNIST files"):
        run(folder)


def test_no_folder_is_a_failure(tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        run(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_to_is_said(folder, settings, tmp_path):
    write(folder, GREY)
    settings.SAMPLES_DIR = tmp_path / "a file"
    settings.SAMPLES_DIR.write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        run(folder)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_memory_does_not_grow_with_the_file(save, folder):
    """An array at 224 pixels has several GB. Of the 70 MB here, only pieces of zipfile's size are in memory."""
    path = write(folder, MULTILABEL, 224, n=1400, save=save)
    tracemalloc.start()
    try:
        make_montage(path, MULTILABEL, 224)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 45e6


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        call_command("make_dataset_samples", "--help")
    assert "manage.py make_dataset_samples ~/.medmnist --resolution 28 64" in capsys.readouterr().out
