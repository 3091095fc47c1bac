"""Archive of all published predictions: complete, verifiable, current, and made while it is sent."""

import csv
import hashlib
import io
import subprocess
import tracemalloc
import zipfile

import pytest
from django.test import Client

from challenge.entries import predictions as archive
from challenge.models import PredictionFile, Submission
from challenge.services import entries, submissions
from challenge.services.predictions import predictions_path
from challenge.tests import needs
from challenge.tests.predictions.conftest import Status

pytestmark = pytest.mark.django_db

ADDRESS = "/predictions.zip"


@pytest.fixture
def made(entry, team, other_team, settings) -> list[Submission]:
    """Two entries with files of a few bytes."""
    settings.PUBLISHED_DIR.mkdir()
    about = {"predictions_licence": "CC-BY-4.0"}
    both = [
        entry(team, 0.9, model_name="=1+1", **about),
        entry(other_team, 0.8, visibility="anonymous", resolution=28, **about),
    ]
    for submission in both:
        write(submission, f"file of {submission.pk}".encode())
    return both


def write(submission: Submission, content: bytes) -> None:
    predictions_path(submission.pk).write_bytes(content)
    PredictionFile.objects.create(
        submission=submission,
        status=Status.DONE,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


def archived(client: Client | None = None) -> zipfile.ZipFile:
    response = (client or Client()).get(ADDRESS)
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(response.getvalue()))


def entries_in(content: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.read("entries.csv").decode("utf-8-sig"))))


def name(submission: Submission) -> str:
    return f"predictions/{submission.resolution}/big-submission-{submission.pk}-predictions.csv.gz"


def test_it_has_all_files_a_readme_a_table_and_checksums(made):
    content = archived()
    assert content.testzip() is None
    assert {*content.namelist()} == {"README.txt", "entries.csv", "SHA256SUMS", *map(name, made)}
    for submission in made:
        assert content.read(name(submission)) == f"file of {submission.pk}".encode()
    lines = {line["file"]: line for line in entries_in(content)}
    open_entry = lines[name(made[0])]
    assert (open_entry["team"], open_entry["licence"]) == ("Team Alpha", "CC-BY-4.0")
    assert open_entry["name"] == "'=1+1", "no formula for a spreadsheet"
    assert open_entry["page"].endswith(made[0].get_absolute_url())
    readme = content.read("README.txt").decode()
    assert "https://creativecommons.org/licenses/by/4.0/" in readme


@needs.needs("sha256sum", "coreutils")
def test_sha256sum_accepts_the_checksums(made, tmp_path):
    archived().extractall(tmp_path)
    subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL
    )


def test_an_anonymous_team_is_not_named_by_words_or_times(made, other_team):
    content = archived()
    line = next(line for line in entries_in(content) if line["file"] == name(made[1]))
    assert line["team"] == "Anonymous team"
    assert all(str(other_team) not in content.read(member).decode() for member in content.namelist())
    assert {info.date_time[3:] for info in content.infolist()} == {(0, 0, 0)}


@pytest.mark.parametrize("change", ["permission", "hold", "private", "withdrawn", "disqualified"])
def test_what_is_not_published_any_more_is_gone_at_once(change, made, organizer):
    one = made[0]
    match change:
        case "permission":
            entries.edit_entry(one, predictions_licence="")
        case "hold":
            submissions.hold(one, "A doubt.", by=organizer)
        case "private":
            entries.set_visibility(one, "private")
        case "withdrawn":
            entries.withdraw(one, delete_file=False)
        case "disqualified":
            submissions.disqualify(one, "A copy.", by=organizer)
    content = archived()
    assert name(one) not in content.namelist()
    assert [line["file"] for line in entries_in(content)] == [name(made[1])]


def test_a_file_that_is_lost_is_left_out(made):
    predictions_path(made[0].pk).unlink()
    content = archived()
    assert content.testzip() is None
    assert [line["file"] for line in entries_in(content)] == [name(made[1])]


def test_without_any_it_has_a_readme_and_an_empty_table(db):
    content = archived()
    assert entries_in(content) == []
    assert "Predictions of entries" in content.read("README.txt").decode()


def test_it_is_sent_in_parts_without_the_files_in_memory(made):
    size = 30 * 2**20
    with predictions_path(made[0].pk).open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    sent = sum(len(part) for part in archive.archive())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > size
    assert peak < size / 4


def test_a_head_request_reads_no_file(made, monkeypatch):
    monkeypatch.setattr(archive, "zip_stream", None)
    assert Client().head(ADDRESS).status_code == 200
