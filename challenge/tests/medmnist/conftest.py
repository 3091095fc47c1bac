"""Small files of MedMNIST, and a server that replaces Zenodo."""

import hashlib

import pytest

from challenge.medmnist import download, facts
from challenge.tests.file_server import FileServer

from .test_labels import write_medmnist_folder

IMAGE_BYTES = 200_000


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    return write_medmnist_folder(tmp_path_factory.mktemp("official"), image_bytes=IMAGE_BYTES)


@pytest.fixture
def server(tmp_path, official, monkeypatch):
    """A server of copies, which a test may damage; their checksums replace the official checksums."""
    served = tmp_path / "served"
    served.mkdir()
    for file in official.iterdir():
        (served / file.name).write_bytes(file.read_bytes())
        md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        monkeypatch.setitem(facts.FACTS[file.stem].md5, 28, md5)
    monkeypatch.setattr(download, "BACKOFF_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer(served).running() as server:
        yield server


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "downloads"
