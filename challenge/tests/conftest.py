"""For tests with real threads and processes: they commit what they do, so that others see it."""

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
    """Chromium's program, on a machine where it can draw figures as the worker has it do."""
    needs.skip_without_drawing()
    return needs.CHROMIUM


@pytest.fixture
def medmnist_package(tmp_path, monkeypatch) -> Path:
    """The folder of the package medmnist; importing the package itself would import torch."""
    spec = importlib.util.find_spec("medmnist")
    if spec is None or spec.origin is None:
        pytest.skip(
            "medmnist is not installed, as it needs torch (pip install -r requirements/baselines.txt)"
        )
    monkeypatch.setenv("HOME", str(tmp_path))  # its info.py makes ~/.medmnist
    return Path(spec.origin).parent


@pytest.fixture
def send_with(monkeypatch) -> Callable[[Celery], None]:
    """Have this process put its work on the queue of that application."""
    return lambda app: monkeypatch.setattr(queue, "current_app", app)


@pytest.fixture
def send_to(send_with) -> Callable[[Worker], None]:
    """Have this process put its work on the queue of that worker."""
    return lambda worker: send_with(celery_app(worker.queue))


@pytest.fixture
def start_worker(tmp_path, transactional_db) -> Iterator[Callable[..., Worker]]:
    """Start workers; they are killed when the test is over."""
    workers: list[Worker] = []

    def start(*options: str, **about: str) -> Worker:
        workers.append(Worker(tmp_path, *options, **about))
        workers[-1].wait_for(" ready.")
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
