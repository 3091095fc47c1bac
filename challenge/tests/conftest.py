"""For tests with real threads and processes: they commit what they do, so that others see it."""

from collections.abc import Callable, Iterator

import pytest
from celery import Celery

from challenge import queue
from challenge.models import Phase
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
def first_phase_kept(django_db_setup, django_db_blocker) -> Iterator[list[Phase]]:
    """Put back what the migrations made: tests that commit end with an empty database."""
    with django_db_blocker.unblock():
        phases = list(Phase.objects.all())
    yield phases
    with django_db_blocker.unblock():
        Phase.objects.bulk_create(phases, ignore_conflicts=True)


@pytest.fixture
def committed(transactional_db, first_phase_kept) -> None:
    """A test that commits, and finds the phase that the migrations made."""
    if not Phase.objects.exists():
        Phase.objects.bulk_create(first_phase_kept)
