"""Fixtures for tests with real threads and processes, which commit their changes so that others see them."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery

from challenge.services import queue
from challenge.tests import needs
from challenge.tests.processes import Worker, celery_app


@pytest.fixture(scope="session")
def drawing_browser() -> str:
    """Path of Chromium; skips the test on a machine where Chromium cannot draw figures as in the worker."""
    needs.skip_without_drawing()
    return needs.CHROMIUM


@pytest.fixture(scope="session")
def light_browser(drawing_browser) -> str:
    """Path of a browser that starts with less work, for tests of what is drawn."""
    return needs.BROWSER


@pytest.fixture
def medmnist_package(tmp_path, monkeypatch) -> Path:
    """Folder of the package medmnist, whose modules are imported without the package, which imports torch."""
    spec = importlib.util.find_spec("medmnist")
    if spec is None or spec.origin is None:
        pytest.skip(
            "medmnist is not installed, as it needs torch (pip install -r requirements/baselines.txt)"
        )
    monkeypatch.setenv("HOME", str(tmp_path))  # info.py creates ~/.medmnist
    return Path(spec.origin).parent


@pytest.fixture
def send_with(monkeypatch) -> Callable[[Celery], None]:
    """Return a function that makes this process put its work on the queue of an application."""
    return lambda app: monkeypatch.setattr(queue, "current_app", app)


@pytest.fixture
def send_to(send_with) -> Callable[[Worker], None]:
    """Return a function that makes this process put its work on the queue of a worker."""
    return lambda worker: send_with(celery_app(worker.queue))


@pytest.fixture
def start_worker(tmp_path, transactional_db) -> Iterator[Callable[..., Worker]]:
    """Start workers, which are killed at the end of the test."""
    workers: list[Worker] = []

    def start(*options: str, **about: str) -> Worker:
        workers.append(Worker(tmp_path, *options, **about))
        workers[-1].wait_for(" ready.")
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
