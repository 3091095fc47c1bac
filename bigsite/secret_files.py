"""Secrets in files: `SECRET_KEY_FILE=/run/secrets/secret_key` in place of `SECRET_KEY=...`, as containers have them."""

from collections.abc import MutableMapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

#: Variables that may hold a password, a key or a token.
SECRETS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CACHE_URL",
    "EMAIL_URL",
    "METRICS_TOKEN",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
)


def read_secret_files(environment: MutableMapping[str, str]) -> None:
    """Set each secret whose file is named in the environment, without the white space around it.

    Raises:
        ImproperlyConfigured: a file cannot be read or is empty, or a secret is given twice.

    """
    for name in SECRETS:
        variable = f"{name}_FILE"
        path = environment.get(variable)
        if not path:
            continue
        if environment.get(name):
            raise ImproperlyConfigured(f"{name} and {variable} are both set. Set only one of them.")
        try:
            secret = Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"The file of {variable} cannot be read: {error}") from error
        if not secret:
            raise ImproperlyConfigured(f"The file {path} of {variable} is empty.")
        environment[name] = secret
