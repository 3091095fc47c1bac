"""The Celery application, for the worker: `celery -A bigsite worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings")

app = Celery("bigsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
