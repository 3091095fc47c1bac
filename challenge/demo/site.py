"""The demo: runs web and worker until Ctrl-C. `demo.data` fills the site before."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

from django.conf import settings

from challenge.demo.data import EXAMPLE_FILE, ORGANIZER, TEAM, Print
from challenge.models import Evaluation, OutcomeMail

SHUTDOWN_SECONDS = 2
#: The welcome comes no later than this, scored or not.
PATIENCE_SECONDS = 120


class ServerEndedError(Exception):
    """The web server or the worker ended without being told to."""


def serve(port: int, write: Print) -> None:
    """Run the web server and the workers until Ctrl-C, a termination signal or the end of the terminal.

    Raises:
        ServerEndedError: one of them ended by itself; the others were stopped.

    """
    python = [sys.executable, "-m"]
    web = [*python, "gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    celery = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery",
              "--app", "bigsite", "--quiet", "worker", "--loglevel", "warning"]  # fmt: skip
    commands = [web, [*celery, "--beat"]]
    if settings.CHROMIUM:  # it has minutes of drawing to do after the first start: the pages go before
        figures = ["--queues", settings.FIGURES_QUEUE, "--hostname", "figures@%h"]
        commands.append(["nice", "-n", "15", *celery, *figures])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    environment = os.environ | {"SITE_URL": f"http://127.0.0.1:{port}"}
    processes: list[subprocess.Popen] = []
    try:
        for command in commands:
            # Each in a process group of its own: a Ctrl-C that reached them as well as this process
            # would tell them twice to stop, which gunicorn's worker may hang on for ever.
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


def _wait_until_ready(port: int, processes: list[subprocess.Popen], write: Print) -> None:
    """Return when the site answers and nothing waits to be scored or mailed, or something went wrong.

    Says how many submissions are scored each time that one more is.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    pending = Evaluation.objects.filter(status__in=[Evaluation.Status.QUEUED, Evaluation.Status.SCORING])
    unsent = OutcomeMail.objects.pending()
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
    """Tell them to stop; what is still there a moment later is killed, children included.

    Nothing is lost by that: an evaluation that was interrupted is queued again.
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
    return f"""
The BIG benchmark runs on http://127.0.0.1:{port} with demo data.

  Team:       {TEAM[0]} / {TEAM[2]}
  Organizer:  {ORGANIZER[0]} / {ORGANIZER[2]}   (admin: http://127.0.0.1:{port}/admin/)
  Try it:     register a team, then upload {EXAMPLE_FILE}

E-mails are printed here. Ctrl-C stops the site; what is in {settings.DATA_DIR} stays.
"""
