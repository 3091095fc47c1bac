"""Refusal of requests whose connection was lost before their body was complete."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

CHUNK = 2**16


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

    def discard(self) -> None:
        """Read what nobody has read, and keep nothing of it."""
        with suppress(OSError):
            while self._left > 0:
                self.read(min(self._left, CHUNK))


class Answer:
    """Answer to a request whose body may not have been read: the rest of it is discarded after the answer is sent.

    A proxy that is still passing the body on would otherwise find the connection closed, and lose the answer.
    """

    def __init__(self, parts: Iterable[bytes], body: WholeBody) -> None:
        self._parts = parts
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """End the request, as the server does after the answer."""
        if close := getattr(self._parts, "close", None):
            close()
        self._body.discard()


def with_whole_bodies(application: Application, *, behind_proxy: bool = False) -> Application:
    """Return the WSGI application, which reads only complete bodies.

    Behind a proxy, which has received a body before it passes it on, the rest of an unread body is discarded. Without
    one, a slow client would keep a thread busy by it.
    """

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or length == "0":
            return application(environ, start_response)
        body = environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        answer = application(environ, start_response)
        return Answer(answer, body) if behind_proxy else answer

    return checked
