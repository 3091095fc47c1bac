"""Folders for files of MedMNIST and for montages."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def samples(settings, tmp_path) -> Path:
    settings.SAMPLES_DIR = tmp_path / "samples"
    return settings.SAMPLES_DIR


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "medmnist"
    folder.mkdir()
    return folder
