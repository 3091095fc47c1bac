"""Checks of what the site needs to take submissions and score them, for monitors: fast, and without details."""

import logging
from collections.abc import Callable, Iterator

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from challenge import files
from challenge.models import GroundTruth
from challenge.upkeep import work
from challenge.upkeep.setting_checks import is_writable
from challenge.upkeep.storage import space

logger = logging.getLogger(__name__)

#: Name of each check, with a function that returns whether all is well.
Checks = dict[str, Callable[[], bool]]


def health() -> dict[str, bool]:
    """Return the result of each check; a check that raises an error has failed, and the log has the error."""
    return dict(_results(CHECKS))


def _results(checks: Checks) -> Iterator[tuple[str, bool]]:
    for name, check in checks.items():
        try:
            yield name, check()
        except Exception as error:  # each service has its own errors
            logger.error("The check of %s failed: %s", name, error)
            yield name, False


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()  # the next request opens another connection
        raise
    return True


def _cache() -> bool:
    if answers := getattr(cache, "answers", None):  # Redis: while it is down, the database takes its place
        return bool(answers())
    cache.set("readyz", "seen", 10)
    answers = getattr(cache, "answers", None)  # of a Redis whose place the database takes
    return bool(cache.get("readyz") == "seen" and (answers is None or answers()))


def _broker() -> bool:
    if settings.CELERY_BROKER_URL.startswith("filesystem://"):
        return is_writable(settings.BROKER_DIR)
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    return True


def _labels() -> bool:
    active = GroundTruth.objects.active()
    return active is not None and files.exists(active.place)


def _files() -> bool:
    if not files.are_in_bucket():
        return is_writable(settings.SUBMISSION_DIR)
    files.bucket().require_answer()
    return True


def _sweep() -> bool:
    return not work.is_old(work.last_sweep())


def _free_space() -> bool:
    return not space().is_little


CHECKS: Checks = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "files": _files,
    "labels": _labels,
    "sweep": _sweep,
    "free_space": _free_space,
}
