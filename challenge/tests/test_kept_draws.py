"""Draws of the bootstrap, which workers keep on the disk."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from django.conf import settings

from bigsite import disk
from challenge.formats.atomic import DRAFT
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset
from challenge.scoring.statistics import bootstrap
from challenge.scoring.statistics.estimates import estimate
from challenge.scoring.statistics.intervals import N_REPLICATES
from challenge.scoring.statistics.ordered import ordered
from challenge.services import draws
from challenge.services.draws import KEPT_DAYS, kept_draws
from challenge.tests.processes import in_parallel
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS

#: Binary, several classes, and many labels without strata.
STRATA = {
    "breastmnist": np.array([0, 5, 12]),
    "bloodmnist": np.array([0, 3, 3, 9, 10, 15, 21, 22, 30]),
    "chestmnist": np.array([0, 33]),
}
DATASETS = [MEDMNIST_PLUS[name] for name in STRATA]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.DRAWS_DIR = tmp_path / "draws"
    return settings.DRAWS_DIR


def kept(dataset: Dataset) -> list[np.ndarray]:
    return [counts.copy() for counts in kept_draws(dataset, STRATA[dataset.name])]


def drawn(dataset: Dataset) -> list[np.ndarray]:
    return [counts.copy() for counts in bootstrap.draws(dataset, STRATA[dataset.name], N_REPLICATES)]


def made(dataset: Dataset) -> Path:
    """Have the file of a dataset made, and return its path."""
    before = {*settings.DRAWS_DIR.glob("*")}
    kept(dataset)
    (path,) = {*settings.DRAWS_DIR.glob("*")} - before
    return path


@pytest.mark.parametrize("dataset", DATASETS, ids=str)
def test_they_are_the_draws(dataset):
    expected = drawn(dataset)
    for _ in range(2):
        np.testing.assert_array_equal(kept(dataset), expected)


def test_they_are_drawn_once(monkeypatch):
    expected = [kept(dataset) for dataset in DATASETS]
    monkeypatch.setattr(bootstrap.kernels, "draw", None)
    for dataset, first in zip(DATASETS, expected, strict=True):
        np.testing.assert_array_equal(kept(dataset), first)


def test_labels_with_other_class_sizes_have_draws_of_their_own(folder):
    kept(DATASETS[0])
    other = np.array([0, 6, 12])
    found, expected = kept_draws(DATASETS[0], other), bootstrap.draws(DATASETS[0], other, N_REPLICATES)
    for ours, anew in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, anew)
    assert len(list(folder.iterdir())) == 2


def test_estimates_are_the_same(folder):
    ours = estimate(TINY_PREDICTIONS, TINY_LABELS, TINY, kept_draws)
    anew = estimate(TINY_PREDICTIONS, TINY_LABELS, TINY)
    assert (ours.intervals, ours.standard_errors) == (anew.intervals, anew.standard_errors)
    np.testing.assert_array_equal(ours.replicates, anew.replicates)
    assert len(list(folder.iterdir())) == TINY.n_datasets


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:1000] + bytes([content[1000] ^ 1]) + content[1001:],
        lambda content: content[: len(content) // 2],
        lambda content: content + b"0",
        lambda content: b"",
    ],
    ids=["a flipped bit", "half of it", "one byte more", "empty"],
)
def test_a_damaged_file_is_made_again(folder, damage):
    expected = kept(DATASETS[0])
    (path,) = folder.iterdir()
    content = path.read_bytes()
    path.write_bytes(damage(content))
    np.testing.assert_array_equal(kept(DATASETS[0]), expected)
    assert path.read_bytes() == content


def test_without_a_folder_to_write_to_images_are_drawn_anew(folder):
    folder.write_text("not a folder")
    np.testing.assert_array_equal(kept(DATASETS[0]), drawn(DATASETS[0]))


@pytest.mark.parametrize("free_bytes", [2**30 - 1, 2**30, 2**30 + 12 * N_REPLICATES])
def test_where_a_file_would_fill_the_disk_nothing_is_kept(folder, settings, monkeypatch, free_bytes):
    settings.MIN_FREE_BYTES = 2**30
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: Mock(free=free_bytes))
    np.testing.assert_array_equal(kept(DATASETS[0]), drawn(DATASETS[0]))
    assert not folder.exists()


def test_what_was_kept_is_used_on_a_full_disk(folder, settings, monkeypatch):
    expected = kept(DATASETS[0])
    settings.MIN_FREE_BYTES = 2**62
    monkeypatch.setattr(bootstrap.kernels, "draw", None)
    np.testing.assert_array_equal(kept(DATASETS[0]), expected)


def test_a_damaged_file_is_not_used_on_a_full_disk(folder, settings):
    path, expected = made(DATASETS[0]), drawn(DATASETS[0])
    path.write_bytes(bytes(path.stat().st_size))
    settings.MIN_FREE_BYTES = 2**62
    np.testing.assert_array_equal(kept(DATASETS[0]), expected)


def test_a_file_that_goes_meanwhile_is_not_missed(folder, monkeypatch):
    expected = kept(DATASETS[0])
    monkeypatch.setattr(draws, "_is_sound", lambda path: True)
    (path,) = folder.iterdir()
    path.unlink()
    np.testing.assert_array_equal(kept(DATASETS[0]), expected)


def test_what_cannot_be_read_any_more_is_drawn(folder, monkeypatch):
    path, expected = made(DATASETS[0]), drawn(DATASETS[0])
    monkeypatch.setattr(draws, "_is_sound", lambda path: True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    np.testing.assert_array_equal(kept(DATASETS[0]), expected)


@pytest.mark.parametrize("n_replicates", [1, 64, 65, N_REPLICATES + 100])
def test_fewer_and_more_replicates_are_the_same_ones(n_replicates):
    y_true, y_score = TINY_LABELS["tripmnist"], TINY_PREDICTIONS["tripmnist"]
    images = ordered(y_true, y_score, TINY["tripmnist"])
    ours = bootstrap.bootstrap_dataset(images, n_replicates, kept_draws)
    np.testing.assert_array_equal(ours, bootstrap.bootstrap_dataset(images, n_replicates))


def test_workers_that_start_together_make_the_same_file(folder):
    found = in_parallel([lambda: kept(DATASETS[1])] * 4)
    for one in found:
        np.testing.assert_array_equal(one, drawn(DATASETS[1]))
    assert len(list(folder.iterdir())) == 1


def test_others_on_the_machine_cannot_read_them(folder):
    kept(DATASETS[0])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_old_ones_and_drafts_of_killed_workers_are_deleted(folder):
    assert draws.delete_old() == 0, "there is no folder yet"
    old, new = (made(dataset) for dataset in DATASETS[:2])
    draft = folder / f"{DRAFT}killed"
    draft.mkdir()
    (draft / "part").write_bytes(b"part")
    before = (datetime.now(UTC) - timedelta(days=KEPT_DAYS, minutes=1)).timestamp()
    for path in (old, draft):
        os.utime(path, (before, before))
    assert draws.delete_old() == 2
    assert list(folder.iterdir()) == [new]
