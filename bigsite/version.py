"""Version of the site's software."""

import tomllib
from functools import cache

from django.conf import settings


@cache
def site_version() -> str:
    """Return the version in `pyproject.toml`."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]["version"]
