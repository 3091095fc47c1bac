"""Fetching the labels, from a local server that stands for Zenodo in its good and bad moments."""

import hashlib
import socket
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from challenge.medmnist import zenodo
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError, read_ground_truth

from .test_ground_truth import DEMO_VERSION, write_medmnist_folder, wrong_checksum

IMAGE_BYTES = 200_000


class FileServer(ThreadingHTTPServer):
    """Serves a folder; notes each request and what it sent; breaks off or is busy as it is told."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.suffix_ranges = self.ranges = True
        self.requests: list[tuple[str, str | None]] = []
        self.n_sent = 0
        self.break_off: dict[str, int] = {}  # how often, by file name, an answer ends half way
        self.busy = 0  # how many requests to turn away first

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def names(self) -> list[str]:
        return [name for name, _ in self.requests]


class Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self):
        name = urlsplit(self.path).path.removeprefix("/")
        asked = self.headers["Range"]
        self.server.requests.append((name, asked))
        file = self.server.folder / name
        if self.server.busy or not file.exists():
            self.send_error(503 if self.server.busy else 404)
            self.server.busy = max(0, self.server.busy - 1)
            return
        content = file.read_bytes()
        first, last = self.range_of(asked, len(content))
        self.send_response(200 if first is None else 206)
        if first is not None:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.server.break_off.get(name, 0):
            self.server.break_off[name] -= 1
            content = content[: len(content) // 2]
        self.server.n_sent += len(content)
        self.wfile.write(content)

    def range_of(self, asked, size):
        if asked is None or not self.server.ranges:
            return None, None
        first, last = asked.removeprefix("bytes=").split("-")
        if not first:
            return (max(0, size - int(last)), size - 1) if self.server.suffix_ranges else (None, None)
        return int(first), min(int(last or size), size - 1)

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    return write_medmnist_folder(tmp_path_factory.mktemp("official"), image_bytes=IMAGE_BYTES)


@pytest.fixture
def server(tmp_path, official, monkeypatch):
    """A server of copies, so that a test may damage them, whose checksums stand in for the official ones."""
    served = tmp_path / "served"
    served.mkdir()
    for file in official.iterdir():
        (served / file.name).write_bytes(file.read_bytes())
        monkeypatch.setitem(
            zenodo.MD5_28, file.stem, hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        )
    monkeypatch.setattr(zenodo, "BACKOFF_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer(served) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "downloads"


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
    assert read_ground_truth(folder, MEDMNIST_PLUS).version == DEMO_VERSION
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{d.name}.npz" for d in MEDMNIST_PLUS)


def test_without_range_requests_whole_files_are_fetched(server, folder):
    server.ranges = False
    lines: list[str] = []
    assert download(server, folder, lines.append).version == DEMO_VERSION
    assert (folder / "octmnist.npz").read_bytes() == (server.folder / "octmnist.npz").read_bytes()
    assert "pathmnist: the server answers no range requests, so the whole file is fetched" in lines
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
    assert f"stays in {folder}" in problems[1]
    server.break_off.clear()
    server.requests.clear()
    lines: list[str] = []
    assert download(server, folder, lines.append).version == DEMO_VERSION
    assert lines[:2] == [f"pathmnist: already in {folder}", f"chestmnist: already in {folder}"]
    assert server.names()[0] == "dermamnist.npz"


def test_a_whole_file_goes_on_in_the_middle_if_the_server_can(server, folder):
    server.suffix_ranges = False
    server.break_off = {"octmnist.npz": 2}  # the request for its end, then the whole file
    assert download(server, folder).version == DEMO_VERSION
    half = (server.folder / "octmnist.npz").stat().st_size // 2
    assert ("octmnist.npz", f"bytes={half - half % zenodo.CHUNK_BYTES}-") in server.requests


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
    monkeypatch.setattr(zenodo, "BACKOFF_SECONDS", 0)
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
