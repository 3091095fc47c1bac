"""Putting work on the queue once the transaction has committed.

Tasks are named, not imported, so that services and tasks do not import each other. A broker that is
down loses nothing: what waits is in the database, and the sweep enqueues it later.
"""

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

#: Where no worker draws figures, its messages are not kept for ever.
FIGURES_EXPIRE_AFTER = 3600


def enqueue_evaluation(evaluation_id: int, *, in_background: bool) -> None:
    """Have a worker score this evaluation; in the background, if no team waits for it."""
    options = {"queue": _background()} if in_background else {}
    transaction.on_commit(lambda: _send("challenge.tasks.evaluate", evaluation_id, **options))


def enqueue_uncertainty(evaluation_id: int) -> None:
    """Have a worker estimate how sure the scores of this evaluation are, in the background: the scores are there."""
    transaction.on_commit(
        lambda: _send("challenge.tasks.estimate_uncertainty", evaluation_id, queue=_background())
    )


def enqueue_mail(submission_id: int) -> None:
    """Have a worker tell the team the outcome of this submission."""
    transaction.on_commit(lambda: _send("challenge.tasks.send_outcome_mail", submission_id))


def enqueue_figures(evaluation_id: int) -> None:
    """Have the worker for figures make this evaluation's zip, where there is a browser that can.

    If the message is lost, so is no more than the reader's browser can make.
    """
    if settings.CHROMIUM:
        transaction.on_commit(
            lambda: _send("challenge.tasks.render_figures", evaluation_id, expires=FIGURES_EXPIRE_AFTER)
        )


def _background() -> str:
    """Return the queue that workers take in turn with the default one, where work thus waits for one task of it."""
    return current_app.conf.task_default_queue + settings.BACKGROUND_SUFFIX


def _send(task: str, row_id: int, **options: Any) -> None:
    try:
        current_app.send_task(task, args=[row_id], **options)
    except Exception:  # whatever it is: by now the row is committed, and the request must not fail
        logger.exception("The broker did not take %s(%s); the sweep will try again.", task, row_id)
