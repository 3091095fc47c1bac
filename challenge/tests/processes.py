"""Helpers for tests with real threads and processes: workers on the test database, and waiting."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from celery import Celery
from django.conf import settings
from django.db import connection

from challenge.models import Evaluation, Submission

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float = 30, explain: Callable[[], str] = str) -> T:
    """Poll until the condition holds; return its value."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"Waited {seconds} s in vain. {explain()}"
        time.sleep(0.05)
    return result


def in_parallel(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Run all jobs at once, each in a thread with its own database connection; return their results."""

    def do(job: Callable[[], T]) -> T:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(do, jobs))


def all_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def read_proc(pid: int, name: str) -> bytes:
    """Return a file of a process in /proc, for example "environ"; empty if it may not be read."""
    try:
        return (Path("/proc") / str(pid) / name).read_bytes()
    except OSError:  # the process has ended, or is not ours
        return b""


def command_of(pid: int) -> str:
    return read_proc(pid, "cmdline").replace(b"\0", b" ").decode()


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def group_of(pid: int) -> int:
    """Return the process group."""
    return int(_stat(pid)[2])


def state_of(pid: int) -> str:
    """Return the state as in `ps`, for example "S" (asleep) or "T" (stopped); empty if the process has ended."""
    return _stat(pid)[0]


def _stat(pid: int) -> list[str]:
    """Return state, parent and group of a process, all without a value if it has ended."""
    after_the_name = read_proc(pid, "stat").rpartition(b") ")[2]  # which may contain anything
    return after_the_name.decode().split()[:3] or ["", "0", "0"]


def database_url() -> str:
    """Return the test database as a `DATABASE_URL` for another process."""
    about = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{about['NAME']}"
    login = quote(about["USER"]) + (f":{quote(about['PASSWORD'])}" if about["PASSWORD"] else "")
    return f"mysql://{login}@{about['HOST']}:{about['PORT']}/{about['NAME']}"


class Process:
    """A process with its own process group, for example a web server; it can be stopped and killed as a whole."""

    def __init__(self, command: list[str], log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR,
                env=os.environ
                | {
                    "DJANGO_SETTINGS_MODULE": "bigsite.settings",
                    "DATABASE_URL": database_url(),
                    "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
                }
                | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def has_said(self, text: str) -> bool:
        """Return True if the log contains the text; fail if the process has ended without it."""
        said = text in self.log.read_text()
        assert said or self.popen.poll() is None, f"It ended: {self.last_words()}"
        return said

    def wait_for(self, text: str) -> None:
        """Wait until the log contains the text."""
        wait_until(lambda: self.has_said(text), explain=self.last_words)

    def last_words(self) -> str:
        """Return the end of the log."""
        return self.log.read_text()[-3000:]

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        """Kill the process and its children at once, like a power cut."""
        with suppress(ProcessLookupError):
            self.signal_all(signal.SIGKILL)
        self.popen.wait()


class Worker(Process):
    """A Celery worker with its own queue, whose scorings are controlled by a file (`scoring_gate`)."""

    def __init__(self, folder: Path, *options: str, gate: str = "pass", **environment: str) -> None:
        name = uuid4().hex[:12]
        self.queue = f"{settings.CELERY_TASK_DEFAULT_QUEUE}-{name}"
        self.gate = folder / f"{name}.gate"
        self.mails = folder / f"{name}.mails"
        self.set_gate(gate)
        command = ["celery", "--app", "bigsite", "worker", "--hostname", f"{name}@%h", "--loglevel", "info",
                   "--include", "challenge.tests.scoring_gate", *options]  # fmt: skip
        super().__init__(
            command,
            folder / f"{name}.log",
            **{
                "CELERY_QUEUE": self.queue,
                "WORKER_CONCURRENCY": "1",
                "EMAIL_URL": f"filemail:///{self.mails}",
                "SCORING_GATE": str(self.gate),
                **environment,
            },
        )

    def set_gate(self, order: str) -> None:
        """Set the outcome of scorings: pass, wait, break, die, or ignore signals."""
        self.gate.with_suffix(".reached").unlink(missing_ok=True)
        draft = self.gate.with_suffix(".draft")
        draft.write_text(order)
        draft.rename(self.gate)

    def wait_at_gate(self) -> None:
        """Wait until a scoring has reached the gate."""
        wait_until(self.gate.with_suffix(".reached").exists, explain=self.last_words)

    def mails_about(self, submission: Submission) -> list[str]:
        """Return the mails that the worker sent about a submission."""
        mails = [path.read_text() for path in self.mails.glob("*.log")]
        return [mail for mail in mails if f"(#{submission.pk})\n" in mail]


def celery_app(queue_name: str = "", **changes: object) -> Celery:
    """Return the site's Celery application with changed settings, for sending only."""
    app = Celery("tests", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(task_default_queue=queue_name or settings.CELERY_TASK_DEFAULT_QUEUE, **changes)
    return app


def lose(evaluation: Evaluation) -> None:
    """Move the times back, as if the message or the worker of the evaluation had been lost long ago."""
    row = Evaluation.objects.filter(pk=evaluation.pk)
    evaluation.refresh_from_db()
    row.update(queued_at=evaluation.queued_at - 2 * Evaluation.QUEUE_PATIENCE)
    if evaluation.claimed_at:
        row.update(claimed_at=evaluation.claimed_at - 2 * Evaluation.LEASE)
