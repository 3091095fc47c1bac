"""`manage.py test_submission`: see that uploads are stored, scored and right, from cron or a monitor."""

import sys
import time
from typing import Any, NoReturn

from django.core.management.base import CommandParser
from django.db import DatabaseError

from challenge.management.examples import CommandWithExamples
from challenge.models import Probe
from challenge.services import history, probes

#: Exit statuses of monitoring plugins (Nagios, Icinga).
WARNING, CRITICAL = 1, 2
#: Time between two looks at the state, in seconds.
_PAUSE = 0.2

EXAMPLES = """\
Examples:
  manage.py test_submission                        send one, and wait for up to 2 minutes
  manage.py test_submission --slow 20 --wait 60    warn after 20 seconds, give up after 60

A file with known scores is stored, queued, scored by a worker, and compared. It counts towards no limit, has no rank,
sends no mail, and is listed in the admin only (Test submissions), for 14 days.

Exit status, as monitors such as Nagios read it:
  0  scores and intervals are right
  1  they are right, but took longer than --slow
  2  they are wrong, scoring failed, no worker took it in time, or it could not be sent

If a test submission waits already, the command waits for it and sends none.
"""


class Command(CommandWithExamples):
    help = "Send a hidden test submission the whole way, and say whether its scores are right and how long they took."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait",
            type=float,
            default=120,
            metavar="SECONDS",
            help="time to wait for the outcome (%(default)g)",
        )
        parser.add_argument(
            "--slow",
            type=float,
            default=30,
            metavar="SECONDS",
            help="a longer time is a warning (%(default)g)",
        )

    def handle(self, *args: Any, wait: float, slow: float, **options: Any) -> None:
        try:
            probe = _wait_for(_send(), wait)
        except probes.ProbeRefusedError as error:
            self._say_critical(str(error))
        except (DatabaseError, OSError) as error:
            self._say_critical(f"The test submission could not be sent or followed: {error}")
        if probe.status == Probe.Status.FAILED:
            self._say_critical(" ".join(probe.problems))
        if probe.time_to_scores is None or probe.time_to_intervals is None:
            self._say_critical(_unfinished(probe, wait))
        scores, intervals = (span.total_seconds() for span in (probe.time_to_scores, probe.time_to_intervals))
        is_slow = intervals > slow
        self.stdout.write(
            f"{'WARNING' if is_slow else 'OK'}: right, scores after {scores:.1f} s, intervals after {intervals:.1f} s"
            f" | scores={scores:.3f}s intervals={intervals:.3f}s;{slow:g};{wait:g}"
        )
        if is_slow:
            sys.exit(WARNING)

    def _say_critical(self, message: str) -> NoReturn:
        """End with a line on standard output, where monitors read it."""
        self.stdout.write(f"CRITICAL: {message}")
        sys.exit(CRITICAL)


def _send() -> Probe:
    """Send a test submission, or return the one that waits already."""
    try:
        return probes.send(by=history.COMMAND)
    except probes.ProbeRefusedError as error:
        if error.pending is None:
            raise
        return error.pending


def _wait_for(probe: Probe, seconds: float) -> Probe:
    """Return the test submission as it is when its outcome is known, or when the time is over."""
    end = time.monotonic() + seconds
    while probe.is_pending and time.monotonic() < end:
        time.sleep(_PAUSE)
        probe.refresh_from_db()
    return probe


def _unfinished(probe: Probe, seconds: float) -> str:
    if probe.scored_at:
        return (
            f"The scores came, but no intervals within {seconds:g} s. "
            "The background queue is long, or its worker is stopped."
        )
    if probe.status == Probe.Status.RUNNING:
        return f"It was still being scored after {seconds:g} s."
    return (
        f"No worker took it within {seconds:g} s. Is the worker running, with the same broker and DATA_DIR?"
    )
