"""Messages to workers, sent once the transaction has committed.

Tasks are named, not imported, so that services and tasks do not import each other. If the broker is down, nothing is
lost: waiting jobs are in the database, and the sweep enqueues them later.
"""

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

#: Messages expire after this many seconds, in case no worker draws figures.
FIGURES_EXPIRE_AFTER = 3600
#: A worker that was down need not renew the leaderboard hundreds of times.
REFRESH_EXPIRES_AFTER = 60


def enqueue_evaluation(evaluation_id: int, *, in_background: bool) -> None:
    """Have a worker score this evaluation, in the background if no team waits for it."""
    options = {"queue": _background()} if in_background else {}
    transaction.on_commit(lambda: _send("challenge.tasks.evaluate", evaluation_id, **options))


def enqueue_uncertainty(evaluation_id: int) -> None:
    """Have a worker estimate the uncertainty of this evaluation, in the background: its scores are already shown."""
    transaction.on_commit(
        lambda: _send("challenge.tasks.estimate_uncertainty", evaluation_id, queue=_background())
    )


def enqueue_mail(submission_id: int) -> None:
    """Have a worker mail the outcome of this submission to its team."""
    transaction.on_commit(lambda: _send("challenge.tasks.send_outcome_mail", submission_id))


def enqueue_figures(evaluation_id: int) -> None:
    """Have the worker for figures make this evaluation's zip, if a browser is installed.

    If the message is lost, the reader's browser makes the zip.
    """
    if settings.CHROMIUM:
        transaction.on_commit(
            lambda: _send("challenge.tasks.render_figures", evaluation_id, expires=FIGURES_EXPIRE_AFTER)
        )


def enqueue_refresh() -> None:
    """Have a worker renew the results of the leaderboard, in the background: readers have the earlier ones meanwhile.

    If the message is lost, the sweep sends another one.
    """
    transaction.on_commit(
        lambda: _send("challenge.tasks.refresh_board", queue=_background(), expires=REFRESH_EXPIRES_AFTER)
    )


def _background() -> str:
    """Return the background queue. Workers alternate between queues, so other work waits for at most one task of it."""
    return current_app.conf.task_default_queue + settings.BACKGROUND_SUFFIX


def _send(task: str, *args: int, **options: Any) -> None:
    try:
        current_app.send_task(task, args=list(args), **options)
    except Exception:  # any error: the row is already committed, and the request must not fail
        logger.exception("The broker did not take %s%s; the sweep will try again.", task, args)
