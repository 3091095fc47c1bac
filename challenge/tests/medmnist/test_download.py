"""Resumable download of whole files."""

import pytest

from challenge.medmnist import download
from challenge.medmnist.download import DownloadError, fetch_files
from challenge.medmnist.facts import official_file

NAMES = ("breastmnist", "retinamnist")


@pytest.fixture
def fetch(server, folder):
    """Fetch two files and return the lines of progress."""

    def run() -> list[str]:
        lines: list[str] = []
        fetch_files(folder, [official_file(name, 28, server.url) for name in NAMES], lines.append)
        for name in NAMES:
            file = f"{name}.npz"
            assert (folder / file).read_bytes() == (server.folder / file).read_bytes()
        assert len(list(folder.iterdir())) == len(NAMES)
        return lines

    return run


def test_files_are_fetched_once_and_checked(fetch, server):
    assert all(line.endswith("MD5 checked") for line in fetch())
    server.requests.clear()
    assert "already in" in fetch()[0]
    assert server.requests == []


def test_a_later_start_goes_on_where_the_first_broke_off(fetch, server, folder, monkeypatch):
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    server.break_off = {"breastmnist.npz": 1}
    with pytest.raises(DownloadError, match="were received and are kept: start again to resume the download"):
        fetch()
    there = (folder / "breastmnist.npz.part").stat().st_size
    assert there
    server.requests.clear()
    assert "resuming after" in fetch()[0]
    assert server.requests[0] == ("breastmnist.npz", f"bytes={there}-")


def test_other_files_of_the_same_name_are_left_alone(fetch, folder):
    folder.mkdir()
    (folder / "retinamnist.npz").write_bytes(b"something else")
    with pytest.raises(DownloadError, match=r"not the official ones .*: retinamnist.npz"):
        fetch()
    assert (folder / "retinamnist.npz").read_bytes() == b"something else"
