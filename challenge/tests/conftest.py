"""For tests with real threads and processes: they commit what they do, so that others see it."""

from collections.abc import Callable, Iterator
from importlib import import_module

import pytest
from celery import Celery
from django.apps import apps

from challenge import queue
from challenge.tests.processes import Worker, celery_app


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


@pytest.fixture(scope="module")
def first_phase_put_back(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Put back what the migrations made: tests that commit end with an empty database."""
    yield
    with django_db_blocker.unblock():
        make_first_phase()


@pytest.fixture
def committed(first_phase_put_back, transactional_db) -> None:
    """A test that commits, and finds the phase that the migrations made."""
    make_first_phase()


def make_first_phase() -> None:
    import_module("challenge.migrations.0002_first_phase").create_first_phase(apps, None)
