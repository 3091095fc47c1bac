"""A backup of a site on SQLite, restored into MariaDB: all rows of the demo and of its scored entries."""

import gzip
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from challenge.backups.manifest import read_manifest
from challenge.models import Evaluation, Submission
from challenge.services.evaluations import evaluate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FILL = """
import django; django.setup()
from challenge.demo.data import prepare
from challenge.models import Evaluation
from challenge.services import evaluations, uncertainty
prepare(print)
for scored in Evaluation.objects.filter(status="scored"):
    uncertainty.estimate(scored.pk)
"""


@pytest.fixture
def backup_of_sqlite(tmp_path) -> Path:
    """Backup of the demo's data on SQLite, some entries of which are scored."""
    about = {
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path / "site"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "CELERY_BROKER_URL": "filesystem://localhost",
        "DJANGO_SETTINGS_MODULE": "bigsite.settings",
    }
    folder = tmp_path / "backup"
    for command in (["-c", FILL], ["manage.py", "backup", str(folder)]):
        subprocess.run(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=os.environ | about, check=True, timeout=500
        )
    return folder


def rows_of(folder: Path) -> dict[str, bytes]:
    """Return the rows of a backup by the names of their files."""
    manifest = read_manifest(folder)
    assert manifest
    return {path.name: gzip.decompress(path.read_bytes()) for path in (folder / manifest.rows).iterdir()}


@pytest.mark.skipif(
    connection.vendor != "mysql", reason="the suite does not run on MariaDB (CONTRIBUTING.md)"
)
def test_a_site_moves_from_sqlite_to_mariadb(backup_of_sqlite, tmp_path):
    call_command("restore", str(backup_of_sqlite), replace=True, stdout=StringIO())
    again = tmp_path / "again"
    call_command("backup", str(again), stdout=StringIO())
    assert rows_of(again) == rows_of(backup_of_sqlite)
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in (backup_of_sqlite, again)]
    assert [manifest["database"] for manifest in manifests] == ["sqlite", "mysql"]
    assert Submission.objects.count() > 5
    waiting = Evaluation.objects.filter(status="queued")[0]
    evaluate(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == "scored"
