"""A site with rows and files of many kinds, and all that it has, to compare."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from challenge.backups.files import files_of_the_site
from challenge.backups.tables import empty_tables, kept_models
from challenge.models import Submission
from challenge.services import history
from challenge.tests.releases.frozen import freeze

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def site(
    transactional_db, uncertain_entry, submit, submit_and_score, team, other_team, organizer
) -> Submission:
    """A scored file, one that waits, an entry with replicates, a release, history, and a role with members."""
    submit_and_score(team, model_name="Ünï <code> 模型", visibility="anonymous")
    uncertain_entry(other_team, 0.9)
    freeze()
    history.record("renamed", by=organizer, team=team, before={"name": "A"}, after={"name": "B"})
    return submit(other_team, content=b"waits")


@pytest.fixture
def wipe() -> Callable[[], None]:
    """Return a function that deletes all rows and all files of the site."""

    def delete_everything() -> None:
        with connection.constraint_checks_disabled(), transaction.atomic():
            empty_tables()
        for file in files_of_the_site().values():
            file.place.unlink()

    return delete_everything


def all_rows() -> Rows:
    """Return the rows of all tables that a backup keeps, by model."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in kept_models()}


def all_files() -> dict[str, bytes]:
    """Return the contents of all files that a backup keeps, by name."""
    return {name: file.place.read_bytes() for name, file in files_of_the_site().items()}


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    """Folder of the backup, which does not exist yet."""
    yield tmp_path / "backups" / "big"
    shutil.rmtree(tmp_path / "backups", ignore_errors=True)
