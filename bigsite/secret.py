"""Secret key of a site whose environment does not set one."""

import os
import secrets
from pathlib import Path


def secret_key(path: Path) -> str:
    """Return the key stored in a file; create the file with a random key if it is missing.

    Processes that start at the same time agree on one key: the first to link its file into place wins.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
