"""Messages to workers, sent once the transaction has committed.

Tasks are named, not imported, so that services and tasks do not import each other. If the broker is down, nothing is
lost: waiting jobs are in the database, and the sweep enqueues them later.
"""

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger(__name__)

#: Messages expire after this many seconds, in case no worker draws figures.
FIGURES_EXPIRE_AFTER = 3600
#: The sweep sends another message then (`Verification.QUEUE_PATIENCE`).
VERIFICATIONS_EXPIRE_AFTER = 3600
#: A worker that was down need not renew the leaderboard hundreds of times.
REFRESH_EXPIRES_AFTER = 60
_REFRESH_WAITS = "board-refresh-waits"
#: The sweep sends the message for the next portion of news every 20 s.
NEWS_EXPIRE_AFTER = 60
#: The next tidying sends such messages again.
PACKING_EXPIRES_AFTER = 3600


def enqueue_evaluation(evaluation_id: int, *, in_background: bool) -> None:
    """Have a worker score this evaluation, in the background if no team waits for it."""
    options = {"queue": _background()} if in_background else {}
    transaction.on_commit(lambda: _send("challenge.tasks.evaluate", evaluation_id, **options))


def enqueue_uncertainty(evaluation_id: int, *, is_overdue: bool = False) -> None:
    """Have a worker estimate the uncertainty of this evaluation, in the background: its scores are already shown.

    If it is overdue, it takes turns with uploads.
    """
    queue = _overdue() if is_overdue else _background()
    transaction.on_commit(lambda: _send("challenge.tasks.estimate_uncertainty", evaluation_id, queue=queue))


def enqueue_integrity(submission_id: int) -> None:
    """Have a worker check the integrity of this submission, in the background, so that no score waits for it."""
    transaction.on_commit(
        lambda: _send("challenge.tasks.check_integrity", submission_id, queue=_background())
    )


def enqueue_account_check(submission_id: int) -> None:
    """Have a worker check the account behind this submission, in the background."""
    transaction.on_commit(lambda: _send("challenge.tasks.check_account", submission_id, queue=_background()))


def enqueue_predictions(submission_id: int) -> None:
    """Have a worker write the published predictions of this submission, in the background."""
    transaction.on_commit(
        lambda: _send("challenge.tasks.write_predictions", submission_id, queue=_background())
    )


def enqueue_probe(probe_id: int) -> None:
    """Have a worker score this test submission, in turn with the uploads of teams."""
    transaction.on_commit(lambda: _send("challenge.tasks.score_probe", probe_id))


def enqueue_probe_intervals(probe_id: int) -> None:
    """Have a worker estimate the intervals of this test submission, in the background."""
    transaction.on_commit(lambda: _send("challenge.tasks.estimate_probe", probe_id, queue=_background()))


def enqueue_packing(submission_id: int) -> None:
    """Have a worker compress the file of this submission, in the background."""
    transaction.on_commit(
        lambda: _send(
            "challenge.tasks.pack_file", submission_id, queue=_background(), expires=PACKING_EXPIRES_AFTER
        )
    )


def enqueue_mail(mail_id: int) -> None:
    """Have a worker send this mail."""
    transaction.on_commit(lambda: _send("challenge.tasks.send_mail", mail_id))


def enqueue_digest(digest_id: int) -> None:
    """Have a worker mail this digest to the organizers, in the background."""
    transaction.on_commit(lambda: _send("challenge.tasks.send_digest", digest_id, queue=_background()))


def enqueue_news() -> None:
    """Have a worker mail the next portion of news, in the background; the sweep sends such a message, too."""
    transaction.on_commit(
        lambda: _send("challenge.tasks.send_news", queue=_background(), expires=NEWS_EXPIRE_AFTER)
    )


def enqueue_figures(evaluation_id: int) -> None:
    """Have the worker for figures make this evaluation's zip, if a browser is installed.

    If the message is lost, the reader's browser makes the zip.
    """
    if settings.CHROMIUM:
        transaction.on_commit(
            lambda: _send("challenge.tasks.render_figures", evaluation_id, expires=FIGURES_EXPIRE_AFTER)
        )


def enqueue_verification(evaluation_id: int) -> None:
    """Have the worker for verifications compare this evaluation with the field's own code."""
    transaction.on_commit(
        lambda: _send("challenge.tasks.verify", evaluation_id, expires=VERIFICATIONS_EXPIRE_AFTER)
    )


def enqueue_release(release_id: int) -> None:
    """Have a worker freeze the board for this release, in the background."""
    transaction.on_commit(lambda: _send("challenge.tasks.freeze", release_id, queue=_background()))


def enqueue_refresh() -> None:
    """Have a worker renew the results of the leaderboard, between other work of the background.

    Readers have the earlier ones meanwhile. One message waits at a time, however often the leaderboard changes. If it
    is lost, the sweep sends another one.
    """
    transaction.on_commit(_send_refresh)


def note_refresh() -> None:
    """Note that a worker begins to renew the results: later changes need another message."""
    cache.delete(_REFRESH_WAITS)


def _send_refresh() -> None:
    if cache.add(_REFRESH_WAITS, True, REFRESH_EXPIRES_AFTER):
        _send("challenge.tasks.refresh_board", queue=_board(), expires=REFRESH_EXPIRES_AFTER)


def _background() -> str:
    """Return the queue for work that nobody waits for; workers look into it when no upload waits."""
    return current_app.conf.task_default_queue + settings.BACKGROUND_SUFFIX


def _board() -> str:
    """Return the queue for renewals of the leaderboard."""
    return current_app.conf.task_default_queue + settings.BOARD_SUFFIX


def _overdue() -> str:
    """Return the queue that takes turns with uploads."""
    return current_app.conf.task_default_queue + settings.OVERDUE_SUFFIX


def _send(task: str, *args: int, **options: Any) -> None:
    try:
        current_app.send_task(task, args=list(args), **options)
    except Exception:  # any error: the row is already committed, and the request must not fail
        logger.exception("The broker did not take %s%s; the sweep will try again.", task, args)
