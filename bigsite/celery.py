"""Celery application, for the worker: `celery -A bigsite worker`."""

import os

from celery import Celery
from celery.signals import import_modules

from bigsite.threads import use_one_thread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings")


@import_modules.connect
def start_worker(**kwargs: object) -> None:
    """Prepare a worker that is about to import its tasks; processes that only send tasks do not call this.

    It is connected before the application is created, because the application's receiver sets up Django and so imports
    NumPy.
    """
    use_one_thread()


app = Celery("bigsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
