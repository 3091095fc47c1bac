"""Command `manage.py load_ground_truth`, as an organizer sees it."""

from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from challenge.management.commands import load_ground_truth as command
from challenge.models import GroundTruth
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.ground_truth import GroundTruthError, read_ground_truth, write_ground_truth

from .medmnist.test_labels import DEMO, DEMO_VERSION, write_medmnist_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.GROUND_TRUTH_DIR = tmp_path / "store"
    settings.GROUND_TRUTH_DIR.mkdir()
    return settings.GROUND_TRUTH_DIR


@pytest.fixture
def folder(tmp_path):
    return write_medmnist_folder(tmp_path / "medmnist", suffix="_64")


def load(*arguments: object) -> str:
    output = StringIO()
    call_command("load_ground_truth", *map(str, arguments), "--yes", stdout=output)
    return output.getvalue()


def active_version() -> str:
    active = GroundTruth.objects.active()
    return active.checksum if active else ""


def test_it_works(folder):
    output = load(folder)
    stored = GroundTruth.objects.get()
    assert stored.name == "MedMNIST+ test labels"
    assert read_ground_truth(stored.path, MEDMNIST_PLUS).version == DEMO_VERSION
    assert active_version() == DEMO_VERSION
    assert "pathmnist        7,180 test images" in output
    assert f"119,320 test images, version {DEMO_VERSION}" in output
    assert "These labels are active" in output


def test_the_same_labels_are_one_ground_truth(folder, tmp_path):
    load(folder)
    write_ground_truth(DEMO, tmp_path / "labels.npz")
    load(tmp_path / "labels.npz", "--name", "Labels of 2026")
    assert GroundTruth.objects.get().name == "Labels of 2026"


def test_storing_breaks_off_without_a_trace(folder, store, monkeypatch):
    load(folder)
    stored = GroundTruth.objects.get()

    def disk_full(file, **arrays):
        file.write(b"PK")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", disk_full)
    with pytest.raises(CommandError, match="No space left"):
        load(folder)
    assert list(store.iterdir()) == [stored.path]
    assert read_ground_truth(stored.path, MEDMNIST_PLUS).version == DEMO_VERSION


def test_labels_can_be_kept_for_later(folder, tmp_path):
    load(folder)
    write_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS, seed=1), tmp_path / "other.npz")
    output = load(tmp_path / "other.npz", "--name", "Corrected", "--no-activate")
    assert GroundTruth.objects.count() == 2
    assert active_version() == DEMO_VERSION
    assert "Submissions are still ranked by: MedMNIST+ test labels" in output


def test_labels_that_are_off_change_nothing(folder, store):
    np.savez(folder / "octmnist_64.npz", test_labels=np.zeros((3, 1), dtype=np.uint8))
    (folder / "breastmnist_64.npz").write_bytes(b"")
    with pytest.raises(CommandError, match=r"(?s)No labels were loaded.*octmnist.*breastmnist"):
        load(folder)
    assert not GroundTruth.objects.exists()
    assert not list(store.iterdir())


def test_download(store, monkeypatch):
    def download(folder, benchmark, progress):
        assert folder == store / "medmnist"
        write_medmnist_folder(folder)
        progress("pathmnist: 16,384 bytes fetched")
        return DEMO

    monkeypatch.setattr(command, "download_ground_truth", download)
    assert load("--download").startswith("pathmnist: 16,384 bytes fetched\n")
    assert active_version() == DEMO_VERSION


@pytest.mark.parametrize("error", [GroundTruthError(["no network"]), OSError("no network")])
def test_a_download_that_fails_says_why(monkeypatch, error):
    def download(*args, **kwargs):
        raise error

    monkeypatch.setattr(command, "download_ground_truth", download)
    with pytest.raises(CommandError, match="no network"):
        load("--download", "--folder", "somewhere")
    assert not GroundTruth.objects.exists()


@pytest.mark.parametrize("arguments", [[], ["somewhere", "--download"]])
def test_one_source_is_needed(arguments):
    with pytest.raises(CommandError):
        load(*arguments)


def test_help_shows_examples(capsys):
    with pytest.raises(SystemExit):
        call_command("load_ground_truth", "--help")
    assert "manage.py load_ground_truth --download\n" in capsys.readouterr().out
