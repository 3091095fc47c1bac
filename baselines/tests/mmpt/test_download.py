"""Download of official files from a local server that imitates Zenodo and its failures."""

import errno
import hashlib
import re
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from baselines.mmpt.data import download as of_training
from baselines.mmpt.data.download import download, official_file
from challenge.medmnist import download as module
from challenge.medmnist.download import DownloadError
from challenge.medmnist.facts import OfficialFile, official_files
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.file_server import FileServer

DATASETS = [MEDMNIST_PLUS["breastmnist"], MEDMNIST_PLUS["retinamnist"]]
CONTENT = {name: name.encode() * 30_000 for name in ("breastmnist.npz", "retinamnist.npz")}


@pytest.fixture
def server(monkeypatch, tmp_path_factory):
    """A server whose files have the expected checksums."""
    monkeypatch.setattr(module, "BACKOFF_SECONDS", 0)
    monkeypatch.setattr(module, "CHUNK_BYTES", 1250)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def official(dataset, resolution):
        name = f"{dataset.name}.npz"
        md5 = hashlib.md5(CONTENT[name], usedforsecurity=False).hexdigest()
        return OfficialFile(resolution, f"{running.url}/{name}?download=1", md5)

    monkeypatch.setattr(of_training, "official_file", official)
    served = tmp_path_factory.mktemp("served")
    for name, content in CONTENT.items():
        (served / name).write_bytes(content)
    with FileServer(served).running() as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "medmnist"


def fetch(folder: Path) -> list[str]:
    lines: list[str] = []
    download(folder, DATASETS, 28, lines.append)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == CONTENT
    return lines


def problem_of(folder: Path) -> str:
    with pytest.raises(DownloadError) as caught:
        download(folder, DATASETS, 28, lambda line: None)
    return str(caught.value)


def test_fetches_each_file_and_checks_it(server, folder):
    assert fetch(folder) == [
        "breastmnist.npz: complete, 450.0 kB, MD5 checked",
        "retinamnist.npz: complete, 450.0 kB, MD5 checked",
    ]
    assert server.requests == [("breastmnist.npz", None), ("retinamnist.npz", None)]


def test_existing_files_are_checked_and_kept(server, folder):
    fetch(folder)
    server.requests.clear()
    assert fetch(folder)[0] == f"breastmnist.npz: already in {folder}, MD5 checked"
    assert server.requests == []


def test_progress(server, folder, monkeypatch):
    monkeypatch.setattr(module, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(module, "CHUNK_BYTES", 10_000)
    lines = fetch(folder)
    assert re.fullmatch(r"breastmnist.npz: 10.0 kB of 450.0 kB, \d+:\d\d left, .* [kMG]B/s", lines[0])
    assert len(lines) == 2 * 46


def test_an_interrupted_transfer_continues(server, folder):
    server.break_off["breastmnist.npz"] = 3
    fetch(folder)
    firsts = [asked for name, asked in server.requests if name == "breastmnist.npz"]
    assert firsts == [None, "bytes=225000-", "bytes=337500-", "bytes=393750-"]


def test_a_later_download_continues_a_partial_file(server, folder):
    folder.mkdir()
    (folder / "breastmnist.npz.part").write_bytes(CONTENT["breastmnist.npz"][:100_000])
    assert fetch(folder)[0] == "breastmnist.npz: resuming after 100.0 kB"
    assert server.requests[0] == ("breastmnist.npz", "bytes=100000-")


def test_a_part_that_is_complete_is_not_asked_for(server, folder):
    folder.mkdir()
    (folder / "breastmnist.npz.part").write_bytes(CONTENT["breastmnist.npz"])
    fetch(folder)
    assert server.names == ["retinamnist.npz"]


@pytest.mark.parametrize("part", [b"?" * 100_000, b"?" * 500_000])
def test_a_part_of_something_else_is_dropped(server, folder, part):
    folder.mkdir()
    (folder / "breastmnist.npz.part").write_bytes(part)
    assert "deleted, because its MD5 is" in fetch(folder)[1]


def test_a_server_that_cannot_continue_starts_again(server, folder):
    server.ranges = False
    folder.mkdir()
    (folder / "breastmnist.npz.part").write_bytes(CONTENT["breastmnist.npz"][:100_000])
    fetch(folder)


def test_a_busy_server_is_retried(server, folder):
    server.busy = 3
    fetch(folder)


def test_a_damaged_file_is_fetched_once_more_and_not_kept(server, folder):
    (server.folder / "breastmnist.npz").write_bytes(b"!" + CONTENT["breastmnist.npz"][1:])
    problem = problem_of(folder)
    assert problem.startswith("breastmnist.npz arrived damaged twice:")
    assert server.names == ["breastmnist.npz"] * 2
    assert list(folder.iterdir()) == []


def test_no_such_file(server, folder):
    (server.folder / "breastmnist.npz").unlink()
    problem = problem_of(folder)
    assert problem.startswith(
        f"breastmnist.npz could not be fetched from {server.url}/breastmnist.npz?download=1: 404"
    )
    assert len(server.requests) == 1


def test_received_data_are_kept_when_the_network_fails(server, folder, monkeypatch):
    server.break_off["breastmnist.npz"] = 1
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    assert "225.0 kB were received and are kept: start again to resume the download" in problem_of(folder)
    assert (folder / "breastmnist.npz.part").read_bytes() == CONTENT["breastmnist.npz"][:225_000]
    assert fetch(folder)[0] == "breastmnist.npz: resuming after 225.0 kB"


def test_no_network(server, folder, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/breastmnist.npz"
    monkeypatch.setattr(
        of_training, "official_file", lambda dataset, resolution: OfficialFile(28, url, "0" * 32)
    )
    problem = problem_of(folder)
    assert problem.startswith(f"breastmnist.npz could not be fetched from {url}: ")
    assert "by hand" in problem


def test_too_little_space(server, folder, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage(1000))
    assert problem_of(folder).startswith(
        f"breastmnist.npz needs 450.0 kB more, but {folder} has only 1.0 kB free. Free some space"
    )


def test_a_disk_that_fills_up(server, folder, monkeypatch):
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_receive", full)
    assert f"{folder} cannot be written to or read: [Errno 28] No space left on device" in problem_of(folder)


def test_other_files_of_the_same_names_are_kept(server, folder):
    folder.mkdir()
    for name in CONTENT:
        (folder / name).write_bytes(b"something of mine")
    problem = problem_of(folder)
    assert "not the official ones (their MD5 differs): breastmnist.npz, retinamnist.npz" in problem
    assert server.requests == []
    assert (folder / "breastmnist.npz").read_bytes() == b"something of mine"


def test_a_synthetic_collection_is_not_touched(server, folder):
    folder.mkdir()
    (folder / "synthetic.json").write_text("{}")
    assert problem_of(folder) == f"{folder} contains a synthetic collection: give another folder."


def test_a_folder_that_is_a_file(server, folder):
    folder.touch()
    assert "cannot be written to" in problem_of(folder)


def test_addresses_are_the_official_ones():
    for dataset in MEDMNIST_PLUS:
        files = [official_file(dataset, resolution) for resolution in (28, 64, 128, 224)]
        assert tuple(files) == official_files(dataset.name)
    with pytest.raises(DownloadError, match="no official file of breastmnist at 32 pixels"):
        official_file(MEDMNIST_PLUS["breastmnist"], 32)
