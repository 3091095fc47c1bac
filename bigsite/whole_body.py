"""Refusal of requests whose connection was lost before their body was complete."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WholeBody:
    """Body of a request; reading fails if it ends early.

    Without this check, gunicorn and Django take the part that arrived for the whole form, and miss its last fields.
    """

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes.

        Raises:
            OSError: the body ended early; Django then reads no form at all.

        """
        return self._counted(self._stream.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        """Read up to the end of a line, like `read`."""
        return self._counted(self._stream.readline(size), size)

    def _counted(self, data: bytes, size: int) -> bytes:
        self._left -= len(data)
        if size and not data and self._left > 0:
            raise OSError(f"The request ended {self._left} bytes before the end of its body.")
        return data


def with_whole_bodies(application: Application) -> Application:
    """Return the WSGI application, which reads only complete bodies."""

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdecimal():
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return checked
