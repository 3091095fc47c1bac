"""Changes of the file with the settings of a site (`.env`)."""

import os
import re
from pathlib import Path

from django.conf import settings

from challenge.formats.atomic import atomic_write


def env_path() -> Path:
    """Return the path of the file that the settings are read from."""
    return settings.BASE_DIR / os.environ.get("ENV_FILE", ".env")


def set_value(name: str, value: str) -> None:
    """Set one variable in the file, and keep all other lines; a new file is readable by its owner only."""
    path = env_path()
    text = path.read_text("utf-8") if path.exists() else ""
    line = f"{name}={value}"
    changed, found = re.subn(rf"^{re.escape(name)}=.*$", lambda _: line, text, flags=re.MULTILINE)
    if not found:
        changed = f"{text.rstrip()}\n{line}\n".lstrip("\n")
    mode = path.stat().st_mode if path.exists() else 0o600
    with atomic_write(path) as draft:
        draft.touch(0o600)
        draft.write_text(changed, "utf-8")
        draft.chmod(mode)
