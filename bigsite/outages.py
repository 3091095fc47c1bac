"""Outages that are no fault of the code: the database or the storage of files does not answer, or the disk is full."""

import errno
import logging

from django.db import InterfaceError, OperationalError

#: Seconds after which a request is worth sending again.
RETRY_AFTER = 30
NO_DATABASE = "The database does not answer at the moment."
NO_SPACE = "The disk of the server is full."
NO_STORAGE = "The storage of our files does not answer at the moment."

#: Errors of MySQL and MariaDB: no connection, connection lost, too many connections, shut down, busy for too long.
_NO_ANSWER = {
    1040,
    1053,
    1077,
    1152,
    1203,
    1205,
    1213,
    1226,
    1927,
    2002,
    2003,
    2005,
    2006,
    2012,
    2013,
    2055,
    4031,
}
#: Errors of MySQL and MariaDB on a full disk.
_FULL = {3, 1021, 1030, 1114}
#: Messages of SQLite, which has no codes here.
_NO_ANSWER_OF_SQLITE = ("unable to open database file", "database is locked", "disk i/o error")
_FULL_OF_SQLITE = "disk is full"


class StorageDownError(OSError):
    """The bucket with the files of the site does not answer, or refuses; the text has its reason."""


def outage(error: BaseException | None) -> str:
    """Return a sentence about the outage behind an error, or behind its cause; empty if it is a fault of ours."""
    while error is not None:
        if sentence := _sentence(error):
            return sentence
        error = error.__cause__
    return ""


def _sentence(error: BaseException) -> str:
    if isinstance(error, StorageDownError):
        return NO_STORAGE
    if isinstance(error, OSError):
        return NO_SPACE if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    code = error.args[0] if error.args else ""
    text = str(code).lower()
    if code in _FULL or _FULL_OF_SQLITE in text:
        return NO_SPACE
    is_lost = code in _NO_ANSWER or isinstance(error, InterfaceError)
    return NO_DATABASE if is_lost or any(part in text for part in _NO_ANSWER_OF_SQLITE) else ""


class OneLine(logging.Filter):
    """Filter of log lines: an outage takes one line for each request, not a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the traceback of an outage by its sentence and the error."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(record.msg, str) and (sentence := outage(error)):
            record.msg, record.args = f"{record.getMessage()}: {sentence} ({error})", ()
            record.exc_info = record.exc_text = None
        return True
