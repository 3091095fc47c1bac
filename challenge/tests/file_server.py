"""Local file server that replaces Zenodo and imitates its faults."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from challenge.tests.local_server import LocalServer


class FileServer(LocalServer, ThreadingHTTPServer):
    """Serve a folder and record each request and the bytes sent; can break off answers or be busy."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.suffix_ranges = self.ranges = True
        self.requests: list[tuple[str, str | None]] = []
        self.n_sent = 0
        self.break_off: dict[str, int] = {}  # number of answers that end half way, by file name
        self.busy = 0  # number of requests to turn away first

    @property
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
        if first is not None and first >= len(content):
            self.send_error(416)
            return
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
