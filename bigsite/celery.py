"""Celery application, for the worker: `celery -A bigsite worker`."""

import os

from celery import Celery
from celery.signals import import_modules, setup_logging

from bigsite.threads import use_one_thread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings")


@import_modules.connect
def start_worker(**kwargs: object) -> None:
    """Prepare a worker that is about to import its tasks; processes that only send tasks do not call this.

    It is connected before the application is created, because the application's receiver sets up Django and so imports
    NumPy.
    """
    use_one_thread()
    _log_as_the_site_does()


def _log_as_the_site_does() -> None:
    """Let the lines of a worker and its tasks be JSON if the site's are."""
    # not at the top: tests set their environment after this module is imported
    from bigsite.environment import LOGS_ARE_JSON

    if LOGS_ARE_JSON:
        from django_structlog.celery.steps import DjangoStructLogInitStep

        import bigsite.request_logs  # noqa: F401 - binds the numbers of tasks

        app.steps["worker"].add(DjangoStructLogInitStep)
        setup_logging.connect(lambda **kwargs: None, weak=False)  # the lines stay as Django's settings say


app = Celery("bigsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
