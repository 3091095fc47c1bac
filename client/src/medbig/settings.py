"""Address of the site, and token: from the environment, or from a file that only its owner can read."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from medbig.errors import MedbigError

DEFAULT_HOST = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Settings:
    """Address of the site, and token of the team."""

    host: str
    token: str = ""


def path() -> Path:
    """Return the path of the file: `BIG_CONFIG`, or the usual folder of configurations."""
    if chosen := os.environ.get("BIG_CONFIG"):
        return Path(chosen)
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "medbig" / "config.json"


def load() -> Settings:
    """Return the settings; `BIG_HOST` and `BIG_TOKEN` go before the file.

    A token of the file is only sent to the site that it was made for.

    Raises:
        MedbigError: the file is damaged, or others can read it.

    """
    host = os.environ.get("BIG_HOST", "")
    stored = _read()
    token = os.environ.get("BIG_TOKEN", "")
    if not token and stored and (not host or clean(host) == stored.host):
        token = stored.token
    return Settings(clean(host) if host else stored.host if stored else DEFAULT_HOST, token)


def save(settings: Settings) -> Path:
    """Write the file, readable by its owner only; return its path."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = target.with_name(f"{target.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"host": settings.host, "token": settings.token}, file)
    new.replace(target)
    return target


def clean(host: str) -> str:
    """Return the address of the site in one form.

    Raises:
        MedbigError: it is no address of a site.

    """
    text = host.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        is_site = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        is_site = False
    if not is_site:
        raise MedbigError(f"“{host}” is not the address of a site. Give one such as https://big.example.org.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _read() -> Settings | None:
    file = path()
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MedbigError(f"{file} cannot be read: {error.strerror}.") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MedbigError(f"{file} holds your token, and others can read it. Run: chmod 600 {file}")
    try:
        values = json.loads(text)
        return Settings(clean(str(values["host"])), str(values["token"]))
    except (ValueError, KeyError, TypeError) as error:
        raise MedbigError(f"{file} is damaged. Delete it, and run: medbig login") from error
