"""Settings of the test suite: nothing of the machine's own configuration or data is read or touched.

`DATABASE_URL` and `CELERY_BROKER_URL` are the exception: they choose what the suite runs against.
Everything is set through the environment, so that processes which tests start see the same.
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
    CELERY_QUEUE=os.path.basename(data_dir),  # test processes side by side keep out of each other's work
    CHROMIUM="",  # nothing is drawn unless a test asks for it
)

from bigsite.settings import *  # noqa: E402, F403
from bigsite.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast: these guard nothing
BOARD_CACHE_SECONDS = 0  # tests do not commit, so that nothing tells the cache of what they change
