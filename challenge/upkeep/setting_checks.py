"""Checks of the settings and of what they name: mail server, cache, folders, static files."""

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache as shared_cache
from django.core.mail import get_connection
from django.http.request import validate_host

from bigsite.deploy_checks import KEY_LENGTH, OF_ONE_PROCESS, is_guessable, storage_problem

#: Addresses of `.env.example`.
EXAMPLE = "example.org"
LOCAL = ("localhost", "127.0.0.1", "::1")
#: Static file that every page needs.
STYLES = "css/site.css"


def debug_mode() -> str:
    """Check that errors do not show settings and code to readers."""
    return "Errors show code and settings to readers. Set DEBUG=off." if settings.DEBUG else ""


def secret_key() -> str:
    """Check that nobody can guess the key."""
    if not is_guessable(settings.SECRET_KEY):
        return ""
    return f"The key can be guessed. Leave SECRET_KEY empty, or set it to {KEY_LENGTH} random characters or more."


def address() -> str:
    """Check that links in mails lead to the site, and that the site answers to this name and to no other."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    if host in LOCAL or host.endswith(EXAMPLE):
        return f"Links in mails lead to {settings.SITE_URL}. Set SITE_URL to the address of the site."
    if "*" in settings.ALLOWED_HOSTS:
        return f"The site answers to every name. Set ALLOWED_HOSTS={host}."
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return f"The site refuses its own name. Add {host} to ALLOWED_HOSTS."
    return ""


def https() -> str:
    """Check that passwords and cookies travel encrypted."""
    if settings.SITE_URL.startswith("https://"):
        return ""
    return "Passwords travel unencrypted. Let a proxy terminate TLS, and begin SITE_URL with https://."


def contact() -> str:
    """Check that teams have an address to write to, and that mails come from an address of the site."""
    if not has_contact():
        return "Teams cannot answer mails. Set CONTACT_EMAIL to an address that somebody reads."
    if any(part in settings.DEFAULT_FROM_EMAIL for part in ("@localhost", EXAMPLE)):
        return f"Mails come from {settings.DEFAULT_FROM_EMAIL}. Set DEFAULT_FROM_EMAIL."
    return ""


def has_contact() -> bool:
    """Return whether teams have an address to write to, other than that of the example."""
    return bool(settings.CONTACT_EMAIL) and not settings.CONTACT_EMAIL.endswith(EXAMPLE)


def mail_server() -> str:
    """Check that the mail server answers, and takes the user and the password."""
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return "Mails are not sent. Set EMAIL_URL to a mail server."
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with get_connection():
            return ""
    except OSError as error:  # includes smtplib's errors
        return f"The mail server {server} does not work ({error}). Look at EMAIL_URL."


def cache() -> str:
    """Check that all processes share one cache, and that it answers."""
    if settings.CACHES["default"]["BACKEND"].endswith(OF_ONE_PROCESS):
        return "Each process has its own cache, so limits on log-ins are not exact. Set CACHE_URL."
    is_there = getattr(shared_cache, "answers", None)
    if is_there and not is_there():
        return "The cache does not answer. Look at CACHE_URL."
    try:
        shared_cache.set("check_site", "seen", 10)
        answer = shared_cache.get("check_site")
    except Exception as error:  # each kind of cache has its own errors
        return f"The cache does not work ({error}). Look at CACHE_URL."
    return "" if answer == "seen" else "The cache does not answer. Look at CACHE_URL."


def folders() -> str:
    """Check that this user can write to every folder of the site."""
    names = [settings.DATA_DIR, settings.SUBMISSION_DIR, settings.GROUND_TRUTH_DIR, settings.RELEASES_DIR]
    if settings.CELERY_BROKER_URL.startswith("filesystem://"):
        names.append(settings.BROKER_DIR)
    unwritable = [str(folder) for folder in names if not is_writable(folder)]
    if not unwritable:
        return ""
    return f"This user cannot write to {', '.join(unwritable)}. Give the folders to the user of the site."


def stored_files() -> str:
    """Check that the bucket of the files answers, and takes files."""
    return storage_problem()


def is_writable(folder: Path) -> bool:
    """Return whether this user can write a file to a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def static_files() -> str:
    """Check that style sheets and scripts are where the site serves them from."""
    stored_name = getattr(
        staticfiles_storage, "stored_name", str
    )  # only a storage with a manifest renames files
    try:
        is_there = staticfiles_storage.exists(stored_name(STYLES))
    except ValueError:  # not in the manifest
        is_there = False
    return "" if is_there else "Pages have no style sheets. Run `manage.py collectstatic --noinput`."
