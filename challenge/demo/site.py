"""Server processes of the demo: web and worker until Ctrl-C. `demo.data` fills the site first."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

from django.conf import settings

from accounts.models import Team
from challenge.demo import second_factor
from challenge.demo.data import EXAMPLE_FILE, ORGANIZER, TEAM, Print
from challenge.models import Evaluation, Mail
from challenge.services import verifications

SHUTDOWN_SECONDS = 2
#: Maximum wait before the welcome message, even if scoring is not finished.
PATIENCE_SECONDS = 120


class ServerEndedError(Exception):
    """The web server or the worker ended unexpectedly."""


def serve(port: int, write: Print) -> None:
    """Run the web server and the workers until Ctrl-C, a termination signal or the end of the terminal.

    Raises:
        ServerEndedError: a process ended by itself; the others were stopped.

    """
    python = [sys.executable, "-m"]
    web = [*python, "gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    celery = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery",
              "--app", "bigsite", "--quiet", "worker", "--loglevel", "warning"]  # fmt: skip
    commands = [web, [*celery, "--beat"]]
    queues = _slow_queues()
    if queues:  # drawing and verifying take minutes after the first start, so pages have priority
        slow = ["--queues", ",".join(queues), "--hostname", "slow@%h", "--concurrency", "1"]
        commands.append(["nice", "-n", "15", *celery, *slow])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    environment = os.environ | {"SITE_URL": f"http://127.0.0.1:{port}"}
    processes: list[subprocess.Popen] = []
    try:
        for command in commands:
            # Each process has its own process group. Otherwise Ctrl-C would reach it directly as well, and
            # gunicorn's worker may hang forever if it is told twice to stop.
            process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, process_group=0)
            processes.append(process)
        _wait_until_ready(port, processes, write)
        if _all_run(processes):
            write(_welcome(port))
        while _all_run(processes):
            time.sleep(0.5)
        raise ServerEndedError("The web server or the worker has ended by itself; its messages are above.")
    except KeyboardInterrupt:
        write("\nStopping ...")
    finally:
        _stop(processes)


def _slow_queues() -> list[str]:
    """Return the queues of a second worker: figures and verifications, where the programs for them are installed."""
    installed = {settings.FIGURES_QUEUE: settings.CHROMIUM, settings.VERIFY_QUEUE: verifications.is_on()}
    return [name for name, is_installed in installed.items() if is_installed]


def _wait_until_ready(port: int, processes: list[subprocess.Popen], write: Print) -> None:
    """Wait until the site answers and nothing is left to score or mail, or until something goes wrong.

    Reports the number of scored submissions whenever it grows.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    pending = Evaluation.objects.filter(status__in=[Evaluation.Status.QUEUED, Evaluation.Status.SCORING])
    unsent = Mail.objects.pending()
    waiting = total = pending.count()
    if total:
        write(
            f"Scoring {total} submissions. The first start also compiles the code that computes intervals, "
            "which can take a minute ..."
        )
    while time.monotonic() < deadline and _all_run(processes):
        if (left := pending.count()) != waiting:
            waiting = left
            write(f"  {total - left} of {total} scored")
        if not left and not unsent.exists() and _answers(port):
            return
        time.sleep(0.2)


def _all_run(processes: list[subprocess.Popen]) -> bool:
    return all(process.poll() is None for process in processes)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _stop(processes: list[subprocess.Popen]) -> None:
    """Stop the processes; those still running a moment later are killed, including their children.

    Nothing is lost: an interrupted evaluation is queued again.
    """
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _welcome(port: int) -> str:
    codes = second_factor.unused_codes(Team.objects.get(email=ORGANIZER[1]))[: second_factor.PRINTED]
    return f"""
The BIG benchmark runs on http://127.0.0.1:{port} with demo data.

  Team:       {TEAM[0]} / {TEAM[2]}
  Organizer:  {ORGANIZER[0]} / {ORGANIZER[2]}   (admin: http://127.0.0.1:{port}/{settings.ADMIN_PATH})
              Second step, each code once: {", ".join(codes)}
              or an authenticator app with the key {second_factor.KEY}
  Try it:     register a team, then upload {EXAMPLE_FILE}
  Commands:   ENV_FILE=demo.env SITE_URL=http://127.0.0.1:{port} .venv/bin/python manage.py ...

E-mails are printed here. Ctrl-C stops the site; the data in {settings.DATA_DIR} stays.
"""
