"""Celery tasks: each takes an id and calls a service. Running a task twice changes nothing."""

import signal

import polars
from celery import shared_task
from celery.signals import worker_process_init
from celery.utils.log import get_task_logger

from accounts import log
from bigsite.threads import give_memory_back
from challenge.entries import figures_zip
from challenge.figures.figure import RenderError
from challenge.leaderboard import store
from challenge.leaderboard.results import RESULTS
from challenge.models import Release
from challenge.notifications import digests as digest_mails
from challenge.notifications import news as news_mails
from challenge.notifications.sending import send
from challenge.releases import freezing
from challenge.services import (
    digests,
    draws,
    evaluations,
    holds,
    housekeeping,
    integrity,
    integrity_accounts,
    mails,
    news,
    phases,
    predictions,
    probes,
    queue,
    releases,
    requests,
    stored_files,
    tidying,
    uncertainty,
    upkeep,
    verifications,
    versions,
)
from challenge.upkeep import storage

logger = get_task_logger(__name__)


@shared_task
def evaluate(evaluation_id: int) -> None:
    """Score one evaluation."""
    evaluations.evaluate(evaluation_id)


@shared_task
def estimate_uncertainty(evaluation_id: int) -> None:
    """Estimate the uncertainty of one evaluation's scores."""
    uncertainty.estimate(evaluation_id)
    verifications.queue_verification(evaluation_id)
    versions.switch_if_complete()


@shared_task
def check_integrity(submission_id: int) -> None:
    """Compare one submission with the entries of other teams."""
    integrity.check(submission_id)


@shared_task
def check_account(submission_id: int) -> None:
    """Check whether the team of one submission is another team's second account."""
    integrity_accounts.check(submission_id)


@shared_task
def write_predictions(submission_id: int) -> None:
    """Write the published predictions of one submission."""
    predictions.write_file(submission_id)


@shared_task
def score_probe(probe_id: int) -> None:
    """Score one test submission."""
    probes.score(probe_id)


@shared_task
def estimate_probe(probe_id: int) -> None:
    """Estimate the intervals of one test submission."""
    probes.estimate(probe_id)


@shared_task
def pack_file(submission_id: int) -> None:
    """Compress the file of one submission."""
    stored_files.pack(submission_id)


@shared_task
def send_mail(mail_id: int) -> None:
    """Send a mail to a team."""
    send(mail_id)


@shared_task
def send_digest(digest_id: int) -> None:
    """Mail a digest to the organizers."""
    digest_mails.send_digest(digest_id)


@shared_task
def send_news() -> None:
    """Send the next portion of the mails with news."""
    news_mails.send_portion()


@shared_task(soft_time_limit=figures_zip.RENDER_SECONDS + 30, time_limit=figures_zip.RENDER_SECONDS + 45)
def render_figures(evaluation_id: int) -> None:
    """Make the zip of an evaluation's figures, on a separate queue.

    If that fails, readers' browsers make the zip, so a line in the log is enough, without a traceback.
    """
    try:
        figures_zip.render_figures(evaluation_id)
    except RenderError as error:
        logger.error("No figures for evaluation %s: %s", evaluation_id, error)


@shared_task(soft_time_limit=verifications.VERIFY_SECONDS + 15, time_limit=verifications.VERIFY_SECONDS + 30)
def verify(evaluation_id: int) -> None:
    """Compare the scores of an evaluation with the field's own code, on a separate queue."""
    verifications.verify(evaluation_id)


@shared_task(soft_time_limit=Release.SECONDS, time_limit=Release.SECONDS + 30)
def freeze(release_id: int) -> None:
    """Freeze the board for one release."""
    freezing.freeze(release_id)


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
    verifications.requeue_lost()
    verifications.queue_missing()
    integrity.requeue_lost()
    integrity.queue_missing()
    integrity_accounts.requeue_lost()
    integrity_accounts.queue_missing()
    holds.release_checked()
    predictions.requeue_lost()
    predictions.queue_missing()
    probes.requeue_lost()
    probes.forget_old()
    versions.switch_if_complete()
    phases.publish_due()
    mails.requeue_lost()
    news.continue_mailing()
    releases.requeue_lost()
    digests.queue_due()
    digests.requeue_lost()
    log.forget_old()
    requests.forget_old_keys()
    housekeeping.remove_unconfirmed()
    housekeeping.forget_expired()
    if store.is_outdated(RESULTS):
        queue.enqueue_refresh()
    upkeep.record_sweep()


@shared_task
def tidy() -> None:
    """Remove what nobody needs any more; Celery beat runs this a few times a day."""
    failed = tidying.delete_files_of_failed()
    unused = storage.delete_unused_files()
    pruned = tidying.prune_superseded()
    packing = stored_files.queue_packing()
    old_draws = draws.delete_old()
    logger.info(
        "Files deleted: %s of failed submissions, %s of none, %s of draws. Results pruned: %s. Files to compress: %s.",
        failed,
        unused,
        old_draws,
        pruned,
        packing,
    )


@worker_process_init.connect
def warm_up(**kwargs: object) -> None:
    """Load the ground truth and start polars before the first team waits for them.

    Threads inherit blocked signals from the thread that starts them. SIGTERM must not reach polars' threads. A child
    whose time is up blocks SIGTERM in its own thread while it holds a lock that all children share. If SIGTERM ended
    the child anyway, the lock would stay locked and the worker would hang.
    """
    give_memory_back()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        polars.read_csv(b"started\ntrue\n")
        evaluations.warm_up()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
