"""Run the demo like `make demo`, in a separate process with its own data."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from challenge.tests.processes import (
    all_pids,
    command_of,
    group_of,
    parent_of,
    read_proc,
    state_of,
    wait_until,
)

#: Variables that would make the child differ from a demo on an unconfigured machine.
CONFIGURATION = re.compile(
    r"SECRET_KEY|DEBUG|SITE_URL|ALLOWED_HOSTS|BEHIND_PROXY|DATA_DIR|ENV_FILE|LOG_LEVEL|DJANGO_\w+|PYTEST_\w+|PYTHONUNBUFFERED"
    r"|EMAIL_\w+|DEFAULT_FROM_EMAIL|CELERY_\w+|WORKER_CONCURRENCY|DATABASE_URL|CACHE_URL|MAX_\w+_BYTES|CHROMIUM"
)


class Demo:
    """A demo that tests start, read and interrupt.

    A worker draws figures only with `draws_figures`, because drawing keeps the machine busy for a while.
    """

    def __init__(self, data_dir: Path, port: int | None = None, *, draws_figures: bool = False) -> None:
        self.draws_figures = draws_figures
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.example_file = data_dir / "example-submission.csv"
        self.home = data_dir / "home"
        #: Output of the last start, up to the address.
        self.welcome = ""
        self._printed: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, by_make: bool = False) -> None:
        """Start the demo and wait until it prints its address."""
        self.launch(by_make=by_make)
        try:
            wait_until(lambda: "Ctrl-C stops the site" in self.output or not self.is_running, 180)
        except BaseException:
            self.process.terminate()  # it stops its own children
            raise
        assert self.is_running, self.output
        self.welcome = self.output

    def launch(self, *, by_make: bool = False) -> None:
        """Start the demo without waiting; with `by_make`, by the target of the Makefile."""
        self._printed.clear()
        venv = Path(sys.prefix)
        make = [
            "make",
            "demo",
            f"VENV={venv}",
            f"PORT={self.port}",
            "--old-file",
            str(venv / "site.installed"),
        ]
        command = [sys.executable, "manage.py", "demo", "--port", str(self.port)]
        self.home.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            make if by_make else command,
            cwd=settings.BASE_DIR,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # its own group, as for a command in a terminal
        )
        threading.Thread(target=self._read, args=[self._process], daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            self._printed.append(line)

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not CONFIGURATION.fullmatch(name)}
        clean |= {"ENV_FILE": "demo.env", "DATA_DIR": str(self.data_dir), "HOME": str(self.home)}
        clean["BOARD_QUICK_SECONDS"] = "600"  # on a busy machine, too, a change is seen at once
        clean["BOARD_FIRST_SECONDS"] = "600"
        return clean if self.draws_figures else clean | {"CHROMIUM": ""}

    @property
    def output(self) -> str:
        """Everything that the demo has printed since its start."""
        return "".join(self._printed)

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process
        return self._process

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait(self, seconds: float) -> int:
        """Wait until the demo has ended; return its exit status."""
        return self.process.wait(seconds)

    def interrupt(self) -> None:
        """Interrupt every process of the foreground group, like Ctrl-C in a terminal."""
        os.killpg(self.process.pid, signal.SIGINT)

    def pid_of(self, program: str) -> int:
        """Return the process of the demo's web server ("gunicorn") or of the worker that scores ("celery")."""
        words = {"gunicorn": "gunicorn", "celery": "--beat"}  # another worker draws and verifies
        return next(
            pid
            for pid in self.processes()
            if parent_of(pid) == self.process.pid and words[program] in command_of(pid)
        )

    @contextmanager
    def worker_paused(self) -> Iterator[None]:
        """Pause the worker, as if it were busy with files of other teams.

        It is paused while we hold the database's lock for writes, so that it cannot keep that lock from the site.
        """
        group = self.pid_of("celery")
        with closing(sqlite3.connect(self.data_dir / "db.sqlite3", timeout=60)) as database:
            database.execute("BEGIN IMMEDIATE")
            os.killpg(group, signal.SIGSTOP)
            members = [pid for pid in self.processes() if group_of(pid) == group]
            wait_until(lambda: all(state_of(pid) in ("T", "") for pid in members))
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    @contextmanager
    def web_server(self, port: int, **environment: str) -> Iterator[None]:
        """Run another web server on the demo's data, which is killed at the end like by a power cut."""
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{port}"],
            cwd=settings.BASE_DIR,
            env=self._environment() | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until(lambda: not is_free(port) or server.poll() is not None, 60)
            assert server.poll() is None, "the web server has ended"
            yield
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def processes(self) -> list[int]:
        """Return all processes with this demo's data folder in their environment: the demo and its children."""
        mark = f"DATA_DIR={self.data_dir}\0".encode()
        return [pid for pid in all_pids() if mark in read_proc(pid, "environ")]

    def copy_data(self, folder: Path) -> None:
        """Copy the data into a folder for another demo, without what the processes say to each other."""
        of_processes = shutil.ignore_patterns("db.sqlite3*", "broker", "celerybeat-schedule*", "home")
        try:
            shutil.copytree(self.data_dir, folder, ignore=of_processes)
        except shutil.Error as error:  # raised at the end, when everything else has been copied
            if any(Path(source).exists() for source, _, _ in error.args[0]):
                raise  # not a draft that the worker has renamed or deleted meanwhile
        with (
            closing(sqlite3.connect(self.data_dir / "db.sqlite3")) as database,
            closing(sqlite3.connect(folder / "db.sqlite3")) as copy,
        ):
            database.backup(copy)

    def end(self) -> None:
        """End all remaining processes of the demo, in any state."""
        if self._process and self.is_running:
            self.process.terminate()
            try:
                self.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def run(self, code: str, **environment: str) -> str:
        """Run code in the demo's own Django, next to the site; return its output."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        return subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self._environment() | environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def call(self, module: str, function: str, *arguments: object) -> Any:
        """Call a function in the demo's own Django; arguments and result pass as JSON."""
        code = (
            f"import json, sys; from {module} import {function}; arguments = json.loads({json.dumps(arguments)!r});"
            f"json.dump({function}(*arguments), sys.stdout)"
        )
        return json.loads(self.run(code))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
