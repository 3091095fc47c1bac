"""Settings of the test suite, independent of the machine's configuration and data.

Only `DATABASE_URL` and `CELERY_BROKER_URL` are read: they choose the database and the broker of the suite. Everything
is set through the environment, so that processes started by tests use the same settings.
"""

import atexit
import os
import shutil
import tempfile

data_dir = tempfile.mkdtemp(prefix="big-tests-")
atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
os.environ.update(
    ENV_FILE=os.devnull,
    DATA_DIR=data_dir,
    SECRET_KEY="for-tests-only",
    DEBUG="off",
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="*",
    EMAIL_VERIFICATION="on",
    CELERY_QUEUE=os.path.basename(data_dir),  # parallel test processes do not share work
    OMP_NUM_THREADS="1",  # parallel test processes share the cores; more threads of torch only wait
    BOARD_QUICK_SECONDS="600",  # on a busy machine, too, a change is seen at once
    BOARD_FIRST_SECONDS="600",
    CACHE_URL="locmemcache://",  # not undone with a test's transaction, but quick
    CHROMIUM="",  # nothing is drawn unless a test asks for it
    VERIFY_SCORES="off",  # nor verified
)

from bigsite.threads import use_one_thread  # noqa: E402

use_one_thread()

from bigsite.settings import *  # noqa: E402, F403
from bigsite.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; tests have no secrets
BOARD_RESULTS_ARE_KEPT = False  # fixtures write rows without the services that make results out of date
