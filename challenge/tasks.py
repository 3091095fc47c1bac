"""Celery tasks: each takes an id and calls a service. Running a task twice changes nothing."""

import ctypes
import signal

import polars
from celery import shared_task
from celery.signals import worker_process_init
from celery.utils.log import get_task_logger

from challenge import notifications
from challenge.entries import figures_zip
from challenge.figures.figure import RenderError
from challenge.leaderboard import store
from challenge.leaderboard.results import RESULTS
from challenge.services import evaluations, mails, queue, uncertainty

logger = get_task_logger(__name__)


@shared_task
def evaluate(evaluation_id: int) -> None:
    """Score one evaluation."""
    evaluations.evaluate(evaluation_id)


@shared_task
def estimate_uncertainty(evaluation_id: int) -> None:
    """Estimate the uncertainty of one evaluation's scores."""
    uncertainty.estimate(evaluation_id)


@shared_task
def send_outcome_mail(submission_id: int) -> None:
    """Mail the outcome of a submission to its team."""
    notifications.send_outcome_mail(submission_id)


@shared_task(soft_time_limit=figures_zip.RENDER_SECONDS + 30, time_limit=figures_zip.RENDER_SECONDS + 45)
def render_figures(evaluation_id: int) -> None:
    """Make the zip of an evaluation's figures, on a separate queue.

    If that fails, readers' browsers make the zip, so a line in the log is enough, without a traceback.
    """
    try:
        figures_zip.render_figures(evaluation_id)
    except RenderError as error:
        logger.error("No figures for evaluation %s: %s", evaluation_id, error)


@shared_task
def refresh_board() -> None:
    """Renew the results of the leaderboard that readers ask for."""
    store.refresh(RESULTS)


@shared_task
def sweep() -> None:
    """Queue lost jobs again; Celery beat runs this every few seconds."""
    evaluations.requeue_lost_evaluations()
    evaluations.queue_missing_evaluations()
    uncertainty.requeue_lost()
    uncertainty.queue_missing()
    mails.requeue_lost()
    if store.is_outdated():
        queue.enqueue_refresh()


@worker_process_init.connect
def warm_up(**kwargs: object) -> None:
    """Load the ground truth and start polars before the first team waits for them.

    Threads inherit blocked signals from the thread that starts them. SIGTERM must not reach polars' threads. A child
    whose time is up blocks SIGTERM in its own thread while it holds a lock that all children share. If SIGTERM ended
    the child anyway, the lock would stay locked and the worker would hang.
    """
    _give_memory_back()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        polars.read_csv(b"started\ntrue\n")
        evaluations.warm_up()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _give_memory_back() -> None:
    """Return freed arrays of 256 kB and more to the system; otherwise a worker keeps about 20 MB of them.

    The GNU C library keeps larger freed arrays for longer; other libraries have no such function.
    """
    mmap_threshold = -3  # M_MMAP_THRESHOLD of malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(mmap_threshold, 256 * 1024)
