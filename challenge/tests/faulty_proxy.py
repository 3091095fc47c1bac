"""Proxy of a web server that loses connections on order."""

import socket
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

from challenge.tests.local_server import LocalServer

PIECE = 2**16


class FaultyProxy(LocalServer, ThreadingTCPServer):
    """Pass bytes on to a server; lose the connections of requests that begin with `loses`.

    The part of such a request that arrives is `arrives` bytes; None: all of it arrives, and its answer is lost.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = ("127.0.0.1", port)
        self.loses: bytes | None = None
        self.arrives: int | None = None
        self.n_lost = 0


class Handler(BaseRequestHandler):
    server: FaultyProxy

    def handle(self):
        with suppress(OSError), socket.create_connection(self.server.upstream) as self.upstream:
            self.is_lost = False
            Thread(target=self.pass_answers, daemon=True).start()
            try:
                self.pass_requests()
            finally:
                self.upstream.shutdown(
                    socket.SHUT_RDWR
                )  # to close is not enough while the other thread reads

    def pass_requests(self):
        n_passed = 0
        while piece := self.request.recv(PIECE):
            if self.server.loses and piece.startswith(self.server.loses):
                self.is_lost, n_passed = True, 0
                self.server.n_lost += 1
            if self.is_lost and self.server.arrives is not None:
                piece = piece[: self.server.arrives - n_passed]
            self.upstream.sendall(piece)
            n_passed += len(piece)
            if self.is_lost and n_passed == self.server.arrives:
                return  # ends both connections

    def pass_answers(self):
        with suppress(OSError):
            while (piece := self.upstream.recv(PIECE)) and not self.is_lost:
                self.request.sendall(piece)
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)
