"""Download of the labels without the images."""

import socket
import zipfile

import pytest

from challenge.medmnist import download as transfers
from challenge.medmnist import zenodo
from challenge.medmnist.labels import read_labels
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError

from .test_labels import DEMO_VERSION, write_medmnist_folder, wrong_checksum


def download(server, folder, progress=lambda line: None):
    return zenodo.download_ground_truth(folder, MEDMNIST_PLUS, base_url=server.url, progress=progress)


def problems_of_download(server, folder):
    with pytest.raises(GroundTruthError) as caught:
        download(server, folder)
    return caught.value.problems


def test_fetches_the_labels_only(server, folder):
    lines: list[str] = []
    assert download(server, folder, lines.append).version == DEMO_VERSION
    n_official = sum(file.stat().st_size for file in server.folder.iterdir())
    assert server.n_sent < 0.15 * n_official
    assert len(server.requests) <= 2 * 12
    assert len(lines) == 12
    assert lines[0].startswith("pathmnist: ")
    assert lines[0].endswith(" bytes fetched")
    assert sum(int(line.split()[1].replace(",", "")) for line in lines) == server.n_sent


def test_what_was_fetched_is_a_folder_like_any_other(server, folder):
    download(server, folder)
    assert read_labels(folder, MEDMNIST_PLUS).version == DEMO_VERSION
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{d.name}.npz" for d in MEDMNIST_PLUS)


def test_without_range_requests_whole_files_are_fetched(server, folder):
    server.ranges = False
    lines: list[str] = []
    assert download(server, folder, lines.append).version == DEMO_VERSION
    assert (folder / "octmnist.npz").read_bytes() == (server.folder / "octmnist.npz").read_bytes()
    assert "pathmnist: the server does not support range requests, so the whole file is fetched" in lines
    assert not list(folder.glob("*.part"))


def test_a_connection_that_breaks_once_does_not_matter(server, folder):
    server.break_off = {"pathmnist.npz": 1, "tissuemnist.npz": 1}
    assert download(server, folder).version == DEMO_VERSION


def test_a_busy_server_is_asked_again(server, folder):
    server.busy = 2
    assert download(server, folder).version == DEMO_VERSION


def test_a_download_that_broke_off_goes_on_where_it_stopped(server, folder):
    server.break_off = {"dermamnist.npz": 1000}
    problems = problems_of_download(server, folder)
    assert problems[0].startswith(f"dermamnist: {server.url}/dermamnist.npz?download=1 could not be fetched")
    assert f"stay in {folder}" in problems[1]
    server.break_off.clear()
    server.requests.clear()
    lines: list[str] = []
    assert download(server, folder, lines.append).version == DEMO_VERSION
    assert lines[:2] == [f"pathmnist: already in {folder}", f"chestmnist: already in {folder}"]
    assert server.names[0] == "dermamnist.npz"


def test_a_whole_file_goes_on_in_the_middle_if_the_server_can(server, folder):
    server.suffix_ranges = False
    server.break_off = {"octmnist.npz": 2}  # the request for its end, then the whole file
    assert download(server, folder).version == DEMO_VERSION
    half = (server.folder / "octmnist.npz").stat().st_size // 2
    assert ("octmnist.npz", f"bytes={half - half % transfers.CHUNK_BYTES}-") in server.requests


def test_a_whole_file_starts_again_if_the_server_cannot(server, folder):
    server.ranges = False
    server.break_off = {"octmnist.npz": 2}
    assert download(server, folder).version == DEMO_VERSION


@pytest.mark.parametrize("n_extra", [0, 5])
def test_a_partial_copy_that_cannot_be_continued_is_dropped(server, folder, n_extra):
    server.suffix_ranges = False
    folder.mkdir()
    whole = (server.folder / "octmnist.npz").read_bytes()
    (folder / "octmnist.npz.part").write_bytes(whole + bytes(n_extra))
    assert download(server, folder).version == DEMO_VERSION


def test_a_damaged_whole_file_is_not_kept(server, folder):
    server.ranges = False
    file = server.folder / "breastmnist.npz"
    file.write_bytes(file.read_bytes() + b"!")
    problems = problems_of_download(server, folder)
    assert "breastmnist" in problems[0]
    assert "its MD5 is" in problems[0]
    assert not list(folder.glob("breastmnist*"))


def test_damaged_labels_are_not_kept(server, folder):
    wrong_checksum(server.folder / "breastmnist.npz")
    assert problems_of_download(server, folder)[0].startswith("breastmnist: ")
    assert not list(folder.glob("breastmnist*"))


def test_an_archive_without_labels_is_refused(server, folder):
    write_medmnist_folder(folder)
    (folder / "breastmnist.npz").unlink()
    with zipfile.ZipFile(server.folder / "breastmnist.npz", "w") as archive:
        archive.writestr("readme.txt", "moved")
    assert "it holds no test_labels.npy" in problems_of_download(server, folder)[0]


def test_no_such_file(server, folder):
    (server.folder / "pathmnist.npz").unlink()
    assert "pathmnist" in problems_of_download(server, folder)[0]


def test_no_network(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(transfers, "BACKOFF_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with pytest.raises(GroundTruthError) as caught:
        zenodo.download_ground_truth(folder, MEDMNIST_PLUS, base_url=url)
    assert caught.value.problems[0].startswith(
        f"pathmnist: {url}/pathmnist.npz?download=1 could not be fetched"
    )
    assert "by hand" in caught.value.problems[1]
