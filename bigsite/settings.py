"""Settings of the site, from environment variables; `.env.example` lists them.

Variables are read from the process environment first, then from the file in `ENV_FILE` (`.env` by default). One
checkout can therefore serve as a demo, in tests and in production.
"""

import os
import shutil
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from kombu import Exchange, Queue

from bigsite.folders import make_folders
from bigsite.secret import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / os.environ.get("ENV_FILE", ".env"))

# --- Data: one folder, outside everything that the web server serves ------------------------------

DATA_DIR = (BASE_DIR / env.str("DATA_DIR", default="var")).resolve()
GROUND_TRUTH_DIR = DATA_DIR / "ground_truth"
SUBMISSION_DIR = DATA_DIR / "submissions"
BROKER_DIR = DATA_DIR / "broker"
SAMPLES_DIR = DATA_DIR / "samples"
make_folders(DATA_DIR, (GROUND_TRUTH_DIR, SUBMISSION_DIR, BROKER_DIR))
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
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):  # the proxy must set these headers, never pass them on
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        # plotly.js adds an empty <style> element (this is the hash of an empty text) that it fills by script,
        # sets style attributes on the elements it draws, and exports a figure as an image through a blob.
        "style-src-elem": [SELF, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "accounts",
    "challenge",
    "baselines",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bigsite.middleware.GZipTextMiddleware",
    "csp.middleware.CSPMiddleware",
    "bigsite.middleware.PrivateResponsesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
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

# --- Database -------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
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
        "isolation_level": "read committed",
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES'",
    }
    DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith(".RedisCache"):
    # A cache that is down must neither fail a page nor delay it for long.
    CACHES["default"] |= {
        "BACKEND": "bigsite.cache.TolerantRedisCache",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
# Results computed from the leaderboard are kept until it changes (`leaderboard.store`); tests compute them each time.
BOARD_RESULTS_ARE_KEPT = True
# A reader waits for a result that takes at most this long; otherwise the reader gets the earlier one.
BOARD_QUICK_SECONDS = env.float("BOARD_QUICK_SECONDS", default=0.2)

# --- Accounts (allauth): one account per team -----------------------------------------------------

AUTH_USER_MODEL = "accounts.Team"
# `name_key` is unique, not `name`: on `name`, the collation would decide which names are equal.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["accounts.auth_backends.TeamBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# The password is asked twice: without a mail server, a mistyped password could not be reset.
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.bool("EMAIL_VERIFICATION", default=True) else "none"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that registered
ACCOUNT_CHANGE_EMAIL = True  # one address at a time
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # to change the address
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to the account
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[BIG benchmark] "
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "profile"
LOGOUT_REDIRECT_URL = "home"

# --- E-mail ---------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="BIG benchmark <big@localhost>")
EMAIL_TIMEOUT = 10

# --- Celery: the broker carries only ids; all state is in the database ----------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT = "bigsite.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    # A broker that is down must not delay an upload: the sweep enqueues unsent jobs later.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 2, "max_retries": 0}
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="celery")
# Workers alternate between two queues, so that an upload does not wait for thousands of entries that are scored again,
# or for intervals.
BACKGROUND_SUFFIX = "-background"
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name)
    for name in (CELERY_TASK_DEFAULT_QUEUE, CELERY_TASK_DEFAULT_QUEUE + BACKGROUND_SUFFIX)
]
# Figures have a separate queue and worker: drawing takes many seconds, and scoring must not wait for it.
FIGURES_QUEUE = f"{CELERY_TASK_DEFAULT_QUEUE}-figures"
CELERY_TASK_ROUTES = {"challenge.tasks.render_figures": {"queue": FIGURES_QUEUE}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_REDIRECT_STDOUTS = False  # print mails of the console back end unchanged
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=1)
#: In kB; a larger child is replaced. Pages of libraries count: 100 MB of 291 on Debian 12, 200 MB of 355 on Debian 13.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 440_000
CELERY_WORKER_LOST_WAIT = 1.0  # seconds that a dead child may delay the queue
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 75
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Messages expire, so that a worker that was down does not find thousands of them.
    "sweep": {"task": "challenge.tasks.sweep", "schedule": 20.0, "options": {"expires": 600}}
}

# --- Submissions ----------------------------------------------------------------------------------

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=64 * 2**20)
MAX_DECOMPRESSED_BYTES = env.int("MAX_DECOMPRESSED_BYTES", default=256 * 2**20)
FILE_UPLOAD_HANDLERS = ["challenge.web.uploads.LimitedFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600

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
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": SUBMISSION_DIR, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # They log every step of every figure, and their warnings repeat failures that our code logs in one line.
    "loggers": {"kaleido": {"level": "ERROR"}, "choreographer": {"level": "ERROR"}},
}
