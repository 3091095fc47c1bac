"""Commands on a machine with an unwritable folder: each names the folder and says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bigsite.folders import make_folders


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout."""
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=["a file is in its way", "it cannot be created"])
def unusable(request, tmp_path) -> Path:
    if request.param == "it cannot be created":
        return Path("/proc/big")
    (tmp_path / "file").touch()
    return tmp_path / "file" / "data"


@pytest.mark.parametrize("command", ["demo", "check", "migrate"])
def test_an_unusable_data_folder_is_named_with_a_way_out(command, unusable):
    answer = run(
        sys.executable,
        "manage.py",
        command,
        DJANGO_SETTINGS_MODULE="bigsite.settings",
        DATA_DIR=str(unusable),
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert str(unusable) in answer.stderr
    assert "Set DATA_DIR" in answer.stderr


def test_a_folder_that_is_there_but_not_writable(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "data")
    with pytest.raises(ImproperlyConfigured, match="data is not writable"):
        make_folders(tmp_path / "data", [])


def test_folders_are_made_and_kept(tmp_path):
    for _ in range(2):
        make_folders(tmp_path / "data", [tmp_path / "data" / "one"])
    assert (tmp_path / "data" / "one").is_dir()


@pytest.mark.parametrize("target", ["demo", "test", "test-site", "lint"])
def test_make_says_which_folder_it_cannot_write(target):
    answer = run("make", target, "VENV=/proc/venv")
    assert answer.returncode != 0
    assert "Cannot write /proc/venv" in answer.stdout
    assert "VENV=" in answer.stdout
    assert "python3-venv" not in answer.stdout


def test_the_tests_never_write_to_the_checkout():
    assert settings.DATA_DIR.name.startswith("big-tests-")
    assert not settings.DATA_DIR.is_relative_to(settings.BASE_DIR)
