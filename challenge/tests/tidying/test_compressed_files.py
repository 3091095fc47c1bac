"""Plain CSV is compressed on the disk; teams, the scorer, the verification and backups meet no difference."""

import gzip
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from challenge.backups import making
from challenge.backups.restoring import restore_backup
from challenge.files import Found
from challenge.models import Evaluation, Submission
from challenge.services import entries, evaluations, stored_files, submissions, verifications
from challenge.tasks import pack_file, tidy

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def scored(submit_and_score, team) -> Submission:
    """A scored entry whose file has rested."""
    return rested(submit_and_score(team))


def rested(submission: Submission) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(first_outcome_at=timezone.now() - timedelta(hours=2))
    submission.refresh_from_db()
    return submission


@pytest.fixture
def packed(scored, on_commit) -> Submission:
    with on_commit():
        pack_file(scored.pk)
    scored.refresh_from_db()
    return scored


def download(client, submission: Submission) -> bytes:
    response = client.get(f"{submission.get_absolute_url()}file/")
    assert response.status_code == 200
    assert f'filename="{submission.file_name}"' in response["Content-Disposition"]
    content = response.getvalue()
    assert int(response["Content-Length"]) == len(content)
    return content


def test_the_team_gets_what_it_sent_and_the_disk_has_less(new_files, scored, team, as_user, on_commit):
    sent = download(as_user(team), scored)
    before = Path(scored.file.path)
    with on_commit():
        pack_file(scored.pk)
    scored.refresh_from_db()
    path = Path(scored.file.path)
    assert not before.exists()
    assert path.stat().st_size < len(sent) / 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert download(as_user(team), scored) == sent
    assert (scored.file_size, scored.file_name) == (len(sent), "predictions.csv")
    assert new_files() == {scored.file.name}


def test_a_web_server_cannot_send_the_bytes_on_the_disk(packed):
    with stored_files.open_as_sent(packed) as file, pytest.raises(OSError, match="fileno"):
        file.fileno()


def test_it_is_scored_again_with_the_same_scores(packed):
    evaluation = packed.evaluations.get()
    scores = [evaluation.auc, evaluation.balanced_accuracy, evaluation.cohen_kappa, evaluation.accuracy]
    evaluations.score_again([packed], by="manage.py", reason="A test.")
    Evaluation.objects.update(auc=0)
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.status == Evaluation.Status.SCORED
    assert not evaluation.broke_again_at
    found = [evaluation.auc, evaluation.balanced_accuracy, evaluation.cohen_kappa, evaluation.accuracy]
    assert found == scores


def test_it_is_verified(packed):
    pytest.importorskip("sklearn")
    assert verifications.recompute(packed.evaluations.get())


def test_the_tidying_takes_those_that_have_rested(scored, submit_and_score, submit, other_team, monkeypatch):
    young = submit_and_score(other_team, skill=1.5)
    waits = submit(other_team, content=b"waits")
    queued: list[int] = []
    monkeypatch.setattr(stored_files.queue, "enqueue_packing", queued.append)
    tidy()
    assert queued == [scored.pk]
    assert {young.pk, waits.pk}.isdisjoint(queued)


def test_a_task_twice_or_too_late_changes_nothing(new_files, packed, on_commit):
    name = packed.file.name
    with on_commit():
        pack_file(packed.pk)
    packed.refresh_from_db()
    assert packed.file.name == name
    with on_commit():
        entries.withdraw(packed, delete_file=True)
    assert new_files() == set()
    pack_file(packed.pk)
    pack_file(1)
    assert new_files() == set()


def test_a_withdrawal_meanwhile_wins(new_files, scored, on_commit, monkeypatch):
    write = stored_files._write_packed

    def write_slowly(submission: Submission) -> str | None:
        name = write(submission)
        with on_commit():
            entries.withdraw(submission, delete_file=True)
        return name

    monkeypatch.setattr(stored_files, "_write_packed", write_slowly)
    with on_commit():
        pack_file(scored.pk)
    assert new_files() == set()


def test_a_damaged_file_stays_as_it_is(new_files, scored, on_commit, caplog):
    path = Path(scored.file.path)
    path.write_bytes(path.read_bytes() + b"\n")
    with on_commit():
        pack_file(scored.pk)
    assert new_files() == {scored.file.name}
    assert "is damaged" in caplog.text


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_compressed_content_under_the_name_of_a_csv_is_not_compressed_again(
    kind, team, submit_and_score, prediction_files, tmp_path, on_commit, monkeypatch
):
    content = prediction_files(1.0).read_bytes()
    if kind == "gzip":
        content = gzip.compress(content)
    else:
        with ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.csv", content)
        content = (tmp_path / "a.zip").read_bytes()
    upload = SimpleUploadedFile("predictions.csv", content)
    row = submissions.create_submission(
        team=team, upload=upload, resolution=28, model_name="A", description="A test."
    )
    row.evaluations.update(status=Evaluation.Status.SCORED, scored_at=timezone.now())
    rested(row)
    with on_commit():
        pack_file(row.pk)
    name = row.file.name
    row.refresh_from_db()
    assert row.file.name == name
    assert Path(row.file.path).read_bytes() == content
    assert stored_files.queue_packing() == 0, "it is looked at once"


@pytest.mark.django_db(transaction=True)
def test_a_backup_made_meanwhile_is_restored_with_the_compressed_file(
    scored, team, as_user, tmp_path, monkeypatch
):
    sent = download(as_user(team), scored)
    list_files = making.files_of_the_site

    def list_after_packing() -> dict[str, Found]:
        pack_file(scored.pk)
        return list_files()

    monkeypatch.setattr(making, "files_of_the_site", list_after_packing)
    making.make_backup(tmp_path / "backup", print)
    restore_backup(tmp_path / "backup", print, replace=True)
    restored = Submission.objects.get()
    assert str(restored.file.name).endswith(stored_files.PACKED)
    assert download(as_user(restored.team), restored) == sent
