"""Set up for the whole suite: settings that tests need, whatever the machine's environment says."""

import os
import tempfile

# Before Django reads its settings. DATABASE_URL and CELERY_BROKER_URL are left as they are: `make test`
# runs the suite on SQLite, and .ci/run again with both pointing at MariaDB and Redis.
os.environ.update(
    ENV_FILE="/dev/null",
    SECRET_KEY="for-tests-only",
    DEBUG="off",
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="*",
    EMAIL_VERIFICATION="on",
    DATA_DIR=tempfile.mkdtemp(prefix="big-tests-"),
)
