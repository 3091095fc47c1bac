"""A whole site on one machine, in a temporary folder: MariaDB, Redis for the broker and for the cache, gunicorn (2 x 4
threads), a worker and beat.

Every part has a port of its own and can be killed and started again. It needs `mariadbd` and `redis-server`; servers
that run on the machine are left alone.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bigsite.threads import scoring_environment

PYTHON = [sys.executable, "-m"]
SECONDS_TO_START = 120


@dataclass
class Part:
    """A server of the site, in a process group of its own."""

    name: str
    command: list[str]
    log: Path
    port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until its port answers."""
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                self.command, env=os.environ | self.environment, stdout=output, stderr=output, process_group=0
            )
        if self.port:
            wait_until(lambda: answers(self.port), f"{self.name} to answer; its log is {self.log}")

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server and its children, also of those that have ended."""
        group = str(self.popen.pid) if self.popen else ""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = path.read_text().rpartition(") ")[2].split()
                if fields[2] == group:
                    ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """Kill the server with its children, as a power cut does."""
        if self.popen:
            with suppress(ProcessLookupError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def kill_a_child(self) -> None:
        """Kill one child of the server."""
        if self.popen:
            children = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text().split()
            with suppress(ProcessLookupError, IndexError):
                os.kill(int(children[-1]), signal.SIGKILL)

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()


@dataclass
class Stack:
    """The parts of the site by name, its folder and the port of its pages."""

    folder: Path
    port: int
    parts: dict[str, Part]

    def log_of(self, name: str) -> str:
        """Return what a part has written so far."""
        return self.parts[name].log.read_text(errors="replace")


@contextmanager
def site(*, disk_mb: int = 0, **settings: str) -> Iterator[Stack]:
    """Make and run a site with demo labels.

    Args:
        disk_mb: size of a disk of its own for the data folder, in memory; 0: it is a folder like others.
        settings: variables of the environment of all parts.

    """
    with TemporaryDirectory(prefix="big-load-") as name, _disk(Path(name) / "data", disk_mb):
        folder = Path(name)
        stack = _stack(folder, settings)
        try:
            for part in stack.parts.values():
                part.start()
                if part.name == "database":
                    _create_database(folder)
                    _make_site()
            yield stack
        finally:
            for part in reversed(stack.parts.values()):
                part.kill()


@contextmanager
def _disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a disk in memory, which takes root."""
    folder.mkdir()
    if not megabytes:
        yield
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _stack(folder: Path, settings: Mapping[str, str]) -> Stack:
    """Return the parts, and put the settings that they share into the environment."""
    database, broker, cache, web = (_free_port() for _ in range(4))
    os.environ.update(scoring_environment())
    os.environ.update(
        DATA_DIR=str(folder / "data"), ENV_FILE=os.devnull, SECRET_KEY="benchmark" * 6, DEBUG="off",
        ALLOWED_HOSTS="*", DJANGO_SETTINGS_MODULE="bigsite.settings", CHROMIUM="", VERIFY_SCORES="off",
        DATABASE_URL=f"mysql://root@127.0.0.1:{database}/big", EMAIL_URL=f"filemail:///{folder}/mails",
        CELERY_BROKER_URL=f"redis://127.0.0.1:{broker}/0", CACHE_URL=f"rediscache://127.0.0.1:{cache}/0",
    )  # fmt: skip
    os.environ.update(settings)
    _install_database(folder)
    mariadb = ["mariadbd", "--no-defaults", "--user=root", f"--datadir={folder}/mysql", f"--port={database}"]
    mariadb += ["--bind-address=127.0.0.1", f"--socket={folder}/mysql.sock", "--max-allowed-packet=64M"]
    gunicorn = ["gunicorn", "bigsite.wsgi", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    redis = ["redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]
    celery = [*PYTHON, "celery", "-A", "bigsite"]
    commands: dict[str, tuple[list[str], int]] = {
        "broker": ([*redis, str(broker)], broker),
        "cache": ([*redis, str(cache)], cache),
        "database": (mariadb, database),
        "web": ([*PYTHON, *gunicorn, "--bind", f"127.0.0.1:{web}"], web),
        "worker": (["nice", "-n", "10", *celery, "worker", "--loglevel", "info"], 0),  # as in deploy
        "beat": ([*celery, "beat", "--loglevel", "info"], 0),
    }
    parts = {
        name: Part(name, command, folder / f"{name}.log", port) for name, (command, port) in commands.items()
    }
    return Stack(folder, web, parts)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], object], what: str, seconds: float = SECONDS_TO_START) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it does not hold in time.

    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.1)


def _install_database(folder: Path) -> None:
    command = ["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={folder}/mysql"]
    command += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _create_database(folder: Path) -> None:
    sql = "CREATE DATABASE big CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
    client = ["mariadb", "--no-defaults", f"--socket={folder}/mysql.sock", "--user=root", "--execute", sql]
    subprocess.run(client, check=True)


def _make_site() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.demo import make_demo_ground_truth
    from challenge.services.ground_truths import store_ground_truth

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("import_reported_baselines", verbosity=0)
    store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS), name="Demo labels", is_demo=True)
