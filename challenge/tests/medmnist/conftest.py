"""A local server that stands for Zenodo in its good and bad moments."""

import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from challenge.medmnist import download, facts

from .test_labels import write_medmnist_folder

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
        md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        monkeypatch.setitem(facts.FACTS[file.stem].md5, 28, md5)
    monkeypatch.setattr(download, "BACKOFF_SECONDS", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer(served) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "downloads"
