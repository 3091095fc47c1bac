"""The demo: fills an empty site with data that is marked as such, and runs web and worker until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import call_command

from accounts.models import Team
from challenge.models import Evaluation, GroundTruth, PublishedMethod, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.predictions import write_predictions
from challenge.services import ground_truths, submissions

ORGANIZER = ("Organizer", "organizer@example.org", "demo-organizer")
TEAM = ("Demo team", "team@example.org", "demo-team")
EXAMPLE_FILE = settings.DATA_DIR / "example-submission.csv"
SHUTDOWN_SECONDS = 2


class ServerEndedError(Exception):
    """The web server or the worker ended without being told to."""


Print = Callable[[str], object]


def prepare(write: Print) -> None:
    """Bring database, static files and demo data up to date; what is there already is kept."""
    write("Preparing the database and the static files ...")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    if GroundTruth.objects.active() is None:
        write("Loading synthetic labels of the official sizes ...")
        ground_truths.store_ground_truth(labels, name="Demo labels (synthetic)", is_demo=True)
    if not PublishedMethod.objects.exists():
        write("Importing the published results ...")
        call_command("import_reported_baselines", verbosity=0)
    _create_account(*ORGANIZER, is_organizer=True)
    team = _create_account(*TEAM)
    if not EXAMPLE_FILE.exists():
        write(f"Writing an example submission: {EXAMPLE_FILE} ...")
        predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=2.5, seed=2)
        write_predictions(EXAMPLE_FILE, predictions, MEDMNIST_PLUS)
    if not Submission.objects.exists():
        write("Submitting two generated files ...")
        for name, skill in (("Demo model, careful", 2.0), ("Demo model, hasty", 1.2)):
            predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=skill, seed=int(skill * 10))
            _submit(team, name, predictions)


def _create_account(name: str, email: str, password: str, *, is_organizer: bool = False) -> Team:
    """Create an account with a confirmed e-mail address, unless it is there."""
    team = Team.objects.filter(email=email).first()
    if team is None and is_organizer:
        team = Team.objects.create_superuser(name, email, password)
    elif team is None:
        team = Team.objects.create_user(name, email, password)
        team.replace_email(email, verified=True)
    return team


def _submit(team: Team, model_name: str, predictions: dict) -> None:
    """Send predictions the way the form does."""
    upload = TemporaryUploadedFile("demo.csv", "text/csv", 0, None)
    write_predictions(Path(upload.temporary_file_path()), predictions, MEDMNIST_PLUS)
    upload.size = Path(upload.temporary_file_path()).stat().st_size
    submissions.create_submission(
        team=team,
        upload=upload,
        resolution=224,
        model_name=model_name,
        description="Generated from the synthetic labels with noise, to show how an entry looks.",
    )
    upload.close()


def serve(port: int, write: Print) -> None:
    """Run the web server and the worker until Ctrl-C, a termination signal or the end of the terminal.

    Raises:
        ServerEndedError: one of them ended by itself; the other was stopped.

    """
    python = [sys.executable, "-m"]
    web = [*python, "gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1",
           "--worker-class", "gthread", "--threads", "8", "--timeout", "120", "--log-level", "warning"]  # fmt: skip
    worker = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery",
              "--app", "bigsite", "--quiet", "worker", "--beat", "--loglevel", "warning"]  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    environment = os.environ | {"SITE_URL": f"http://127.0.0.1:{port}"}
    processes: list[subprocess.Popen] = []
    try:
        for command in (web, worker):
            # Each in a process group of its own: a Ctrl-C that reached them as well as this process
            # would tell them twice to stop, which gunicorn's worker may hang on for ever.
            process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, process_group=0)
            processes.append(process)
        _wait_until_ready(port, processes)
        if _all_run(processes):
            write(_welcome(port))
        while _all_run(processes):
            time.sleep(0.5)
        raise ServerEndedError("The web server or the worker has ended by itself; its messages are above.")
    except KeyboardInterrupt:
        write("\nStopping ...")
    finally:
        _stop(processes)


def _wait_until_ready(port: int, processes: list[subprocess.Popen]) -> None:
    """Return when the site answers and nothing waits to be scored or mailed, or something went wrong."""
    deadline = time.monotonic() + 60
    pending = Evaluation.objects.filter(status__in=[Evaluation.Status.QUEUED, Evaluation.Status.SCORING])
    unsent = Submission.objects.filter(mail_due_at__isnull=False, mailed_at__isnull=True)
    while time.monotonic() < deadline and _all_run(processes):
        if _answers(port) and not pending.exists() and not unsent.exists():
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
