"""Server on a free port of this machine, which tests run in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer
from threading import Thread
from typing import Self


class LocalServer(TCPServer):
    """Server that listens on a free port; `running` serves until the end of a `with`."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Serve from a separate thread."""
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
