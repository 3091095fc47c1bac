"""Releases of tests: freeze the board, and read the archive."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from challenge.models import Release
from challenge.releases import freezing
from challenge.services import releases

NAME = "2027.1"
SCRIPT = "recompute_ranks.py"


def freeze(name: str = NAME, by="manage.py") -> Release:
    """Freeze the board, as the worker does."""
    release = releases.ask_for_release(name, by=by, reason="The round is over.")
    freezing.freeze(release.pk)
    release.refresh_from_db()
    return release


def unpack(release: Release, folder: Path) -> Path:
    """Unpack the archive, and return its only folder."""
    with ZipFile(release.archive_path) as archive:
        archive.extractall(folder)
    (only,) = folder.iterdir()
    return only


def files_of(release: Release) -> dict[str, bytes]:
    """Return the files of the archive by their names within its folder."""
    with ZipFile(release.archive_path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def board_of(release: Release) -> dict[str, Any]:
    """Return `board.json` of the archive."""
    return json.loads(files_of(release)["board.json"])


def lines_of(release: Release, name: str) -> list[dict[str, str]]:
    """Return the lines of a CSV file of the archive."""
    return list(csv.DictReader(io.StringIO(files_of(release)[name].decode())))


def recompute(folder: Path) -> subprocess.CompletedProcess:
    """Run the script of an unpacked archive, alone: without the site, its settings and its folder."""
    command = [sys.executable, "-I", str(folder / SCRIPT)]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
