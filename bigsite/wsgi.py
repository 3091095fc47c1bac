"""WSGI application, for gunicorn: `gunicorn bigsite.wsgi`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bigsite.threads import use_one_thread
from bigsite.whole_body import with_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings")
use_one_thread()
application = with_whole_bodies(get_wsgi_application(), behind_proxy=bool(settings.SECURE_PROXY_SSL_HEADER))
