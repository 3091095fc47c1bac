"""Files that nobody needs: of submissions that failed long ago, and of none. All others stay."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from challenge.models import Evaluation, Submission
from challenge.tasks import tidy

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=15)


def sent_long_ago(row: Submission, *, status: str = "failed", failure: str = "") -> Path:
    """Let a submission be sent and tried 15 days ago, with an outcome."""
    then = timezone.now() - LONG_AGO
    Submission.objects.filter(pk=row.pk).update(created_at=then, first_outcome_at=then)
    scored_at = then if status == "scored" else None
    row.evaluations.update(claimed_at=then, status=status, failure=failure, scored_at=scored_at)
    return Path(row.file.path)


def test_the_file_of_a_failed_submission_is_deleted_and_its_row_stays(submit, team, as_user):
    row = submit(team, content=b"wrong")
    path = sent_long_ago(row, failure="file")
    tidy()
    assert not path.exists()
    row.refresh_from_db()
    assert row.file_deleted_at
    assert as_user(team).get(row.get_absolute_url()).status_code == 200
    assert as_user(team).get(f"{row.get_absolute_url()}file/").status_code == 404
    tidy()  # again changes nothing


@pytest.mark.parametrize(
    ("status", "failure"),
    [("scored", ""), ("failed", "site"), ("failed", "time"), ("queued", ""), ("scoring", "")],
)
def test_files_that_are_needed_stay(submit, team, status, failure):
    path = sent_long_ago(submit(team, content=b"needed"), status=status, failure=failure)
    tidy()
    assert path.exists()


def test_the_file_of_a_recent_failure_stays(submit, team, settings):
    row = submit(team, content=b"wrong")
    row.evaluations.update(status="failed", failure="file", claimed_at=timezone.now())
    tidy()
    assert Path(row.file.path).exists()
    settings.FAILED_FILE_DAYS = -1
    tidy()
    assert not Path(row.file.path).exists()


def test_one_that_was_tried_again_lately_stays(submit, team):
    row = submit(team, content=b"wrong")
    path = sent_long_ago(row, failure="file")
    Evaluation.objects.update(claimed_at=timezone.now())
    tidy()
    assert path.exists()


def refuse(*args):
    raise OSError("busy")


def test_a_file_that_cannot_be_deleted_is_not_marked(submit, team, monkeypatch):
    row = submit(team, content=b"wrong")
    path = sent_long_ago(row, failure="file")
    monkeypatch.setattr(FileSystemStorage, "delete", refuse)
    tidy()
    row.refresh_from_db()
    assert path.exists()
    assert row.file_deleted_at is None


def test_old_files_of_no_submission_are_deleted(db):
    folder = settings.SUBMISSION_DIR / "tidying"
    folder.mkdir()
    old, young = folder / "old.csv", folder / "young.csv"
    for path, age in ((old, LONG_AGO), (young, timedelta(days=2))):
        path.touch()
        then = (timezone.now() - age).timestamp()
        os.utime(path, (then, then))
    tidy()
    assert not old.exists()
    assert young.exists()
    young.unlink()
