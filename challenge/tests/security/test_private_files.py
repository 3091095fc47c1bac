"""Files and folders that the site makes are readable for its user alone, whatever the shell's umask is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from bigsite.folders import close_to_others, make_folders
from challenge.models import Submission


def rights(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.fixture
def lax():
    """A shell that lets everybody read what it makes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def run(code: str, data_dir: Path, *command: str) -> None:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "bigsite.settings", "DATA_DIR": str(data_dir), "SECRET_KEY": ""}
    subprocess.run(
        [sys.executable, *(command or ("-c", code))],
        env=environment,
        cwd=django_settings.BASE_DIR,
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.umask(0o022),
    )


def test_a_command_makes_private_files_and_folders(tmp_path):
    data_dir = tmp_path / "data"
    run("", data_dir, "manage.py", "migrate", "--verbosity", "0")
    paths = [data_dir, *data_dir.rglob("*")]
    assert data_dir / "db.sqlite3" in paths
    open_to_others = [str(path) for path in paths if path.stat().st_mode & 0o077]
    assert not open_to_others


def test_what_an_earlier_version_left_readable_is_closed(tmp_path, lax):
    data_dir = tmp_path / "data"
    for name in ("submissions", "ground_truth"):
        (data_dir / name).mkdir(parents=True)
    (data_dir / "db.sqlite3").touch()
    run("import bigsite.settings", data_dir)
    assert rights(data_dir / "db.sqlite3") == "0o600"
    assert rights(data_dir / "submissions") == rights(data_dir / "ground_truth") == "0o700"
    assert rights(data_dir) == "0o755", "a folder that may be shared, such as /tmp, is left as it is"


def test_missing_files_and_those_of_others_are_no_error(tmp_path):
    close_to_others(tmp_path / "missing", Path("/etc/hostname"))


def test_new_folders_are_private(tmp_path, lax):
    make_folders(tmp_path / "data", [tmp_path / "data" / "one"])
    assert rights(tmp_path / "data") == rights(tmp_path / "data" / "one") == "0o700"


def test_an_upload_is_private(submit, team):
    submit(team, content=b"the predictions")
    path = Path(Submission.objects.get().file.path)
    assert rights(path) == "0o600"
    assert rights(path.parent) == "0o700"
