"""Celery tasks: each takes an id and calls a service. Running one twice changes nothing."""

import ctypes
import signal

import polars
from celery import shared_task
from celery.signals import worker_process_init
from celery.utils.log import get_task_logger

from challenge import notifications
from challenge.entries import figures_zip
from challenge.figures.figure import RenderError
from challenge.services import evaluations, mails, uncertainty

logger = get_task_logger(__name__)


@shared_task
def evaluate(evaluation_id: int) -> None:
    """Score one evaluation."""
    evaluations.evaluate(evaluation_id)


@shared_task
def estimate_uncertainty(evaluation_id: int) -> None:
    """Estimate how sure the scores of one evaluation are."""
    uncertainty.estimate(evaluation_id)


@shared_task
def send_outcome_mail(submission_id: int) -> None:
    """Tell the team how its submission fared."""
    notifications.send_outcome_mail(submission_id)


@shared_task(soft_time_limit=figures_zip.RENDER_SECONDS + 30, time_limit=figures_zip.RENDER_SECONDS + 45)
def render_figures(evaluation_id: int) -> None:
    """Make the zip of an evaluation's figures; on a queue of its own.

    Where it cannot be made, readers' browsers make it: that is worth a line in the log, not a traceback.
    """
    try:
        figures_zip.render_figures(evaluation_id)
    except RenderError as error:
        logger.error("No figures for evaluation %s: %s", evaluation_id, error)


@shared_task
def sweep() -> None:
    """Put back on the queue what was lost from it: runs every few seconds under Celery beat."""
    evaluations.requeue_lost_evaluations()
    evaluations.queue_missing_evaluations()
    uncertainty.requeue_lost()
    uncertainty.queue_missing()
    mails.requeue_lost()


@worker_process_init.connect
def warm_up(**kwargs: object) -> None:
    """Load the ground truth and start polars before the first team waits for them.

    Whoever starts threads with a signal blocked has it blocked in them. SIGTERM must not reach polars'
    threads: a child whose time is up blocks it in its own thread, while it holds a lock that all
    children share. Ended by it nonetheless, it would leave that locked, and the worker would stand still.
    """
    _give_memory_back()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        polars.read_csv(b"started\ntrue\n")
        evaluations.warm_up()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _give_memory_back() -> None:
    """Have arrays from 256 kB on go back to the system when they are freed: else a worker keeps some 20 MB of them.

    The C library of GNU keeps freed memory the longer the larger it was; others have no such function.
    """
    mmap_threshold = -3  # M_MMAP_THRESHOLD of malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(mmap_threshold, 256 * 1024)
