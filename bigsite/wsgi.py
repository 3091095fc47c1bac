"""The WSGI application, for gunicorn: `gunicorn bigsite.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings")
application = get_wsgi_application()
