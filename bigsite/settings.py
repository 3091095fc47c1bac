"""Settings of the site, from environment variables (`bigsite.environment`); `.env.example` lists them."""

import os
import shutil
from pathlib import Path

from bigsite import caches, content_policy, logs
from bigsite.account_settings import *  # noqa: F403 - every name is a setting
from bigsite.environment import BASE_DIR, DATA_DIR, LOGS_ARE_JSON, env
from bigsite.folders import close_to_others, make_folders
from bigsite.queues import *  # noqa: F403 - every name is a setting
from bigsite.queues import BROKER_DIR
from bigsite.secret import secret_key
from bigsite.storage_settings import file_storages
from bigsite.swagger import swagger_folder

# --- Data: one folder, outside everything that the web server serves ------------------------------

GROUND_TRUTH_DIR = DATA_DIR / "ground_truth"
SUBMISSION_DIR = DATA_DIR / "submissions"
SAMPLES_DIR = DATA_DIR / "samples"
RELEASES_DIR = DATA_DIR / "releases"
PUBLISHED_DIR = DATA_DIR / "published"  # predictions that teams publish
DRAWS_DIR = DATA_DIR / "draws"  # resamples of the test images, made again if they are missing
FOLDERS = (GROUND_TRUTH_DIR, SUBMISSION_DIR, BROKER_DIR, RELEASES_DIR)
make_folders(DATA_DIR, FOLDERS)
close_to_others(
    *FOLDERS, PUBLISHED_DIR, DRAWS_DIR, *(DATA_DIR / f"db.sqlite3{end}" for end in ("", "-wal", "-shm"))
)
if not os.access(BASE_DIR / "challenge", os.W_OK):  # compiled code cannot be kept next to its source
    os.environ.setdefault("NUMBA_CACHE_DIR", str(DATA_DIR / "numba"))

# --- Security -------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")  # for links in e-mails
HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "bigsite.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by the machine itself, without the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):  # the proxy must set these headers, never pass them on
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

CONTENT_SECURITY_POLICY = content_policy.POLICY
# The path of the admin; another one keeps programs that look for /admin/ away.
ADMIN_PATH = env.str("ADMIN_PATH", default="admin").strip("/") + "/"

# Requests to the programming interface, for each team and for each network address without a token.
API_RATE = env("API_RATE", default="300/min")

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "accounts",
    "challenge",
    "baselines",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "bigsite.middleware.BrowserPoliciesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bigsite.middleware.GZipTextMiddleware",
    "csp.middleware.CSPMiddleware",
    "bigsite.middleware.PrivateResponsesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "bigsite.bodies.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.staff_sessions.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bigsite.middleware.HtmxSessionMiddleware",
    "challenge.web.middleware.NotMadeYetMiddleware",
]

ROOT_URLCONF = "bigsite.urls"
WSGI_APPLICATION = "bigsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["challenge.templatetags.benchmark"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "challenge.web.context_processors.benchmark",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our templates of controls come first

# --- Database -------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a restart of the database, no request fails
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at the start of a transaction, so that "count, then insert" is safe.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # In a file, not in memory, because tests with threads need separate connections.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
elif DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"]["OPTIONS"] = {
        "charset": "utf8mb4",
        "connect_timeout": 5,
        "isolation_level": "read committed",
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES'",
    }
    DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# All processes share the cache: limits on log-ins and requests count in it. By default it is in the database.
CACHES = caches.from_address(env.cache_url("CACHE_URL", default=f"dbcache://{caches.TABLE}"))
# Results computed from the leaderboard are kept until it changes (`leaderboard.store`); tests compute them each time.
BOARD_RESULTS_ARE_KEPT = True
# A reader waits for a result that takes at most this long, and otherwise gets the earlier one; for a result that nobody
# has asked for before, the reader waits for the second time, and otherwise gets a page that loads itself again.
BOARD_QUICK_SECONDS = env.float("BOARD_QUICK_SECONDS", default=0.02)
BOARD_FIRST_SECONDS = env.float("BOARD_FIRST_SECONDS", default=0.25)

# --- Accounts (allauth): one account per team -----------------------------------------------------

AUTH_USER_MODEL = "accounts.Team"
# `name_key` is unique, not `name`: on `name`, the collation would decide which names are equal.
# MariaDB has no conditional constraints: there, allauth's "one factor of a kind" is only checked by its pages.
# HSTS leaves out subdomains and preloading, which is for the operator of the whole domain to decide.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "models.W036", "security.W005", "security.W021"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.bool("EMAIL_VERIFICATION", default=True) else "none"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # for a demo on http://localhost
# Log-ins, failures and changes of accounts are logged with the network address, and forgotten after these days.
ACCOUNT_LOG_DAYS = env.int("ACCOUNT_LOG_DAYS", default=180)
INVITATION_DAYS = 7  # that the link of an invitation works
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "profile"
LOGOUT_REDIRECT_URL = "home"

# --- E-mail ---------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="BIG benchmark <big@localhost>")
# Teams write to this address: answers to mails go there, and each mail names it.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
EMAIL_TIMEOUT = 10

# --- Submissions ----------------------------------------------------------------------------------

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=64 * 2**20)
MAX_DECOMPRESSED_BYTES = env.int("MAX_DECOMPRESSED_BYTES", default=128 * 2**20)
# Files of submissions that failed, and files without a submission, are deleted after these days.
FAILED_FILE_DAYS = env.int("FAILED_FILE_DAYS", default=14)
# With less free space on the disk of `DATA_DIR`, no files are accepted; scoring goes on.
MIN_FREE_BYTES = env.int("MIN_FREE_BYTES", default=2**30)
UPLOADS_AT_ONCE = env.int("UPLOADS_AT_ONCE", default=10)  # files that a team may send at the same time
SMALL_BODY_BYTES = 2**18  # a form with a file up to this size is read even if it is refused, to keep its text
FILE_UPLOAD_HANDLERS = ["challenge.web.uploads.LimitedFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Files of figures: drawn by Chromium, or else by the reader's browser --------------------------

FIGURES_DIR = DATA_DIR / "figures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = env.str("CHROMIUM", default=next(filter(None, map(shutil.which, BROWSERS)), ""))

# --- Language, time, static files -----------------------------------------------------------------

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "bigsite.formats"
USE_TZ = True
TIME_ZONE = "UTC"  # the day of the submission limits is the UTC day

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "static", ("ninja", swagger_folder())]
STORAGES = {
    **file_storages(SUBMISSION_DIR),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Logs and metrics -----------------------------------------------------------------------------

LOGGING = logs.to_console(env.str("LOG_LEVEL", default="INFO"), as_json=LOGS_ARE_JSON)
if LOGS_ARE_JSON:
    INSTALLED_APPS.append("django_structlog")
    MIDDLEWARE.insert(0, "bigsite.request_logs.RequestLogMiddleware")
    DJANGO_STRUCTLOG_CELERY_ENABLED = True
    DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = (
        False  # the page "Privacy" names the one place with network addresses
    )
    DJANGO_STRUCTLOG_USER_ID_FIELD = ""  # would take a query for each request
    DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # debug: one line for each request is enough
# Prometheus reads `/metrics` with this token; without a token there are no metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN:
    INSTALLED_APPS.append("django_prometheus")
    MIDDLEWARE.insert(0, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")
