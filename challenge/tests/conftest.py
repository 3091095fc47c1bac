"""Fixtures of tests with real threads and processes, which commit so that others see it; other labels, migrations."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from celery import Celery
from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from playwright.sync_api import Page, sync_playwright

from challenge.models import GroundTruth
from challenge.scoring import ground_truth as label_files
from challenge.services import ground_truths, queue
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


@pytest.fixture
def lone_page(monkeypatch) -> Iterator[Page]:
    """A page of Chromium for a test with `live_server`, which the tests of the demo cannot use."""
    needs.skip_without_browser()
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs an event loop in this thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=needs.BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            yield browser.new_page()
        finally:
            browser.close()


@pytest.fixture
def complaints(lone_page) -> list[str]:
    """Complaints of the browser, for example about a script that the policy forbids."""
    found: list[str] = []
    lone_page.on("console", lambda m: found.append(m.text) if m.type in ("error", "warning") else None)
    lone_page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def new_files() -> Callable[[], set[str]]:
    """Return a function that gives the names of the files stored since the test began."""

    def names() -> set[str]:
        folder = Path(settings.SUBMISSION_DIR)
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    before = names()
    return lambda: names() - before


@pytest.fixture
def corrected(ground_truth, labels) -> GroundTruth:
    """The labels of the site with another label of one image, loaded and not active."""
    arrays = {name: np.copy(of_dataset) for name, of_dataset in labels.labels.items()}
    arrays["pathmnist"][0] = (arrays["pathmnist"][0] + 1) % 9
    return ground_truths.store_ground_truth(
        label_files.GroundTruth(arrays), name="Corrected labels", is_demo=True, activate=False
    )


@pytest.fixture
def migrate() -> Iterator[Callable[[str], Apps]]:
    """Return a function that migrates the challenge's tables to a migration; at the end, restore the newest."""

    def to(name: str) -> Apps:
        executor = MigrationExecutor(connection)
        apps = executor.migrate([("challenge", name)]).apps
        _forget_dropped_columns()
        return apps

    yield to
    call_command("migrate", verbosity=0)


def _forget_dropped_columns() -> None:
    """Rebuild the tables on MariaDB: a dropped column takes space in every row, and many ways back exceed the limit."""
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            for table in ("challenge_submission", "challenge_publishedmethod", "challenge_evaluation"):
                cursor.execute(f"ALTER TABLE {table} FORCE")
