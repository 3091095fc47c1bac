"""Real web server of the interface, which tests start, kill and start again on the same port."""

import re
from collections.abc import Callable, Iterator

import pytest
import requests

from challenge.tests.processes import Process, wait_until


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., tuple[Process, str]]]:
    """Return a function that starts a web server of two processes, and gives it with its address."""
    started: list[Process] = []

    def start(port: int = 0) -> tuple[Process, str]:
        command = ["gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
                   "--worker-class", "gthread"]  # fmt: skip
        server = Process(
            command, tmp_path / f"web-{len(started)}.log", DEBUG="on", CELERY_QUEUE="nobody-listens"
        )
        started.append(server)
        server.wait_for("Listening at")
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+", server.log.read_text())
        wait_until(lambda: answers(address), explain=server.last_words)
        return server, address

    yield start
    for server in started:
        server.kill()


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/api/v1/metrics", timeout=30).ok
    except requests.ConnectionError:
        return False
