"""Checks of `manage.py check --deploy`: settings with which a public site cannot work, each with what to do."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import storages
from django.http.request import validate_host

from bigsite.outages import StorageDownError
from bigsite.storage_settings import BUCKET

#: A random key has at least so many characters, and so many different ones.
KEY_LENGTH, KEY_CHARACTERS = 50, 5
TOKEN_LENGTH = 20
STORAGE_HINT = "Look at S3_BUCKET, S3_ENDPOINT_URL, S3_REGION and the keys."
OF_ONE_PROCESS = (".LocMemCache", ".DummyCache")


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return what keeps the site from working in public."""
    return [*_debug_and_key(), *_address(), *_proxy(), *_cache(), *_mails(), *_metrics(), *_storage()]


def is_guessable(key: str) -> bool:
    """Return whether a secret key is short, repeats itself, or is the key of the demo."""
    return len(key) < KEY_LENGTH or len(set(key)) < KEY_CHARACTERS or key.startswith("demo-only")


def storage_problem() -> str:
    """Return what is wrong with the bucket of the stored files; empty if nothing is, or if there is no bucket."""
    if BUCKET not in settings.STORAGES:
        return ""
    bucket: Any = storages[BUCKET]
    try:
        bucket.try_out()
    except StorageDownError as error:
        return f"Files cannot be stored in the bucket {bucket.bucket_name} ({error}). {STORAGE_HINT}"
    return ""


def _debug_and_key() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("Errors show code and settings to readers.", hint="Set DEBUG=off.", id="big.E001")
    if is_guessable(settings.SECRET_KEY):
        yield Error(
            "The secret key can be guessed.",
            hint=f"Leave SECRET_KEY empty, or set it to {KEY_LENGTH} random characters or more.",
            id="big.E002",
        )


def _address() -> Iterator[CheckMessage]:
    host = urlsplit(settings.SITE_URL).hostname or ""
    if not settings.SITE_URL.startswith("https://"):
        yield Error(
            "Passwords travel unencrypted.",
            hint="Let a proxy terminate TLS, and begin SITE_URL with https://.",
            id="big.E003",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("The site answers to every name.", hint=f"Set ALLOWED_HOSTS={host}.", id="big.E004")
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield Error("The site refuses its own name.", hint=f"Add {host} to ALLOWED_HOSTS.", id="big.E005")


def _proxy() -> Iterator[CheckMessage]:
    if not settings.SECURE_PROXY_SSL_HEADER:
        yield Error(
            "There is no proxy in front: slow clients hold up everybody, and every address is redirected to itself.",
            hint="Run the proxy of deploy/nginx, and set BEHIND_PROXY=on.",
            id="big.E006",
        )


def _cache() -> Iterator[CheckMessage]:
    if settings.CACHES["default"]["BACKEND"].endswith(OF_ONE_PROCESS):
        yield Error(
            "Each process has a cache of its own, so limits on log-ins hold for each process alone.",
            hint="Set CACHE_URL to a cache that all processes share, for example rediscache://127.0.0.1:6379/1.",
            id="big.E007",
        )


def _mails() -> Iterator[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        yield Warning(
            "Mails are not sent, so teams cannot confirm their addresses.",
            hint="Set EMAIL_URL to a mail server, for example smtp+tls://user:password@mail.example.org:587.",
            id="big.W001",
        )


def _metrics() -> Iterator[CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < TOKEN_LENGTH:
        yield Warning(
            "The token of the metrics can be guessed.",
            hint=f"Set METRICS_TOKEN to {TOKEN_LENGTH} random characters or more, or leave it empty.",
            id="big.W002",
        )


def _storage() -> Iterator[CheckMessage]:
    if problem := storage_problem():
        yield Error(problem, id="big.E008")
