"""Schedule of Celery beat that survives a clock which was ahead and is set back."""

from datetime import datetime, timedelta

from celery.schedules import schedstate, schedule

#: Smallest difference in seconds that counts as a clock that was set back.
DIFFERENCE = timedelta(seconds=60)


class Every(schedule):
    """Run a task every so many seconds.

    Celery's own schedule waits until the clock has come to the time of the last run again, a day if it was a day ahead.
    """

    run_every: timedelta

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Return whether the task is due, and the seconds until the next look, without a last run in the future."""
        now = self.now()
        if self.maybe_make_aware(last_run_at) > now + DIFFERENCE:
            last_run_at = now - self.run_every
        return super().is_due(last_run_at)
