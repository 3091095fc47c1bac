"""The bucket does not answer: nothing is submitted, no work fails for good, and the site says so."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from bigsite.deploy_checks import check_deployment
from bigsite.outages import NO_STORAGE
from bigsite.storage_settings import file_storages
from challenge.backups import restoring
from challenge.models import Evaluation, PredictionFile, Probe, Submission, Uncertainty
from challenge.services import evaluations, predictions, uncertainty
from challenge.services.upkeep import record_sweep
from challenge.tasks import sweep, tidy
from challenge.tests.file_server import FileServer, Handler
from challenge.upkeep import storage
from challenge.upkeep.items import items
from challenge.upkeep.setting_checks import stored_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(team, as_user):
    client = as_user(team)
    client.raise_request_exception = False
    return client


def form(content: bytes = b"x" * 300_000) -> dict[str, object]:
    upload = SimpleUploadedFile("predictions.csv", content)
    return {"upload": upload, "resolution": 28, "model_name": "ResNet", "description": "A test."}


def test_an_upload_is_not_submitted_and_says_so(browser, ground_truth, bucket, bucket_is_down):
    with bucket_is_down():
        response = browser.post("/profile/", form())
    assert response.status_code == 503
    assert NO_STORAGE in response.text
    assert "Nothing was submitted" in response.text
    assert response["Retry-After"]
    assert not Submission.objects.exists()
    assert browser.post("/profile/", form()).status_code == 302


def test_a_scoring_waits_as_long_as_it_takes(submit, team, on_machine, bucket_is_down):
    evaluation = submit(team).evaluations.get()
    on_machine("worker")
    with bucket_is_down():
        for _ in range(Evaluation.MAX_ATTEMPTS + 1):
            evaluations.evaluate(evaluation.pk)
            evaluation.refresh_from_db()
            assert (evaluation.status, evaluation.attempts) == (Evaluation.Status.QUEUED, 0)
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.status == Evaluation.Status.SCORED


class _WithHead(Handler):
    """Answers that end half-way, after a right one about the size."""

    def do_HEAD(self):  # noqa: N802
        path = self.server.folder / self.path.removeprefix("/")
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()


def test_a_scoring_waits_if_the_file_arrives_half(submit, team, bucket, monkeypatch, settings, tmp_path):
    submission = submit(team)
    name = f"{bucket.name}/submissions/{submission.file.name}"
    (tmp_path / "service" / name).parent.mkdir(parents=True)
    (tmp_path / "service" / name).write_bytes(b"x" * 1000)
    server = FileServer(tmp_path / "service")
    server.RequestHandlerClass = _WithHead
    server.break_off = {name: 100}
    with server.running():
        monkeypatch.setenv("S3_ENDPOINT_URL", server.url)
        settings.STORAGES = settings.STORAGES | file_storages(settings.SUBMISSION_DIR)
        evaluations.evaluate(submission.evaluations.get().pk)
    assert name in server.names
    assert submission.evaluations.get().status == Evaluation.Status.QUEUED
    assert submission.evaluations.get().attempts == 0


def test_intervals_and_published_predictions_wait(submit_and_score, team, bucket_is_down):
    entry = submit_and_score(team, predictions_licence="CC0-1.0")
    evaluation = entry.evaluations.get()
    uncertainty.queue_uncertainty(evaluation)
    predictions.queue_missing()
    with bucket_is_down():
        for _ in range(Evaluation.MAX_ATTEMPTS + 1):
            uncertainty.estimate(evaluation.pk)
            predictions.write_file(entry.pk)
    assert Uncertainty.objects.get().status == Uncertainty.Status.QUEUED
    assert PredictionFile.objects.get().status == PredictionFile.Status.QUEUED


def test_a_file_that_is_gone_fails_after_some_attempts(submit, team):
    submission = submit(team)
    submission.file.storage.delete(submission.file.name)
    for _ in range(Evaluation.MAX_ATTEMPTS):
        evaluations.evaluate(submission.evaluations.get().pk)
    assert submission.evaluations.get().failure == Evaluation.Failure.SITE


def test_downloads_say_so(submit, team, browser, bucket_is_down):
    submission = submit(team)
    with bucket_is_down():
        response = browser.get(f"/submissions/{submission.pk}/file/")
    assert response.status_code == 503
    assert NO_STORAGE in response.text


def test_pages_of_entries_are_shown(submit_and_score, team, client, on_machine, bucket_is_down):
    entry = submit_and_score(team)
    assert client.get(entry.get_absolute_url()).status_code == 200
    on_machine("new")
    with bucket_is_down():
        assert client.get(entry.get_absolute_url()).status_code == 200


def test_a_machine_without_the_labels_shows_pages_without_them(
    ground_truth, client, on_machine, bucket_is_down
):
    on_machine("new")
    with bucket_is_down():
        assert client.get("/datasets/").status_code == 200
        assert client.get("/leaderboard/").status_code == 200
    assert ground_truth.path.is_relative_to(on_machine("new"))


def test_sweep_and_tidying_go_on(submit, team, ground_truth, bucket_is_down):
    submit(team, content=b"wrong").evaluations.update(status="failed", failure="file")
    then = timezone.now() - timedelta(days=30)
    Submission.objects.update(created_at=then)
    Probe.objects.create(ground_truth=ground_truth, asked_at=then, file="tests/old.csv.gz", known={})
    with bucket_is_down():
        sweep()
        tidy()
    assert Probe.objects.exists()
    assert not Submission.objects.get().file_deleted_at
    sweep()
    tidy()
    assert not Probe.objects.exists()
    assert Submission.objects.get().file_deleted_at


def test_monitors_organizers_and_commands_learn_of_it(ground_truth, client, bucket, bucket_is_down):
    record_sweep()
    assert client.get("/readyz").json()["checks"]["files"] == "ok"
    assert stored_files() == ""
    assert bucket.names == {f"ground_truth/{ground_truth.checksum}.npz"}, "the trial leaves nothing"
    with bucket_is_down():
        checks = client.get("/readyz").json()["checks"]
        assert (checks["files"], checks["labels"]) == ("failed", "failed")
        assert "S3_ENDPOINT_URL" in stored_files()
        assert "big.E008" in {message.id for message in check_deployment(None)}
        needs = {item.label: item.need for item in items()}
        assert needs["Unused storage"] == NO_STORAGE


def test_a_bucket_that_does_not_exist_is_named(settings, monkeypatch):
    monkeypatch.setenv("S3_BUCKET", "another")
    settings.STORAGES = settings.STORAGES | file_storages(settings.SUBMISSION_DIR)
    assert "Files cannot be stored in the bucket another" in stored_files()


@pytest.mark.django_db(transaction=True)
def test_neither_backup_nor_restore_changes_anything(submit, team, bucket, bucket_is_down, tmp_path):
    submit(team)
    folder = str(tmp_path / "backup")
    call_command("backup", folder, stdout=StringIO())
    later, files = submit(team, content=b"later"), bucket.names
    with bucket_is_down():
        with pytest.raises(CommandError, match="unharmed"):
            call_command("backup", folder, stdout=StringIO())
        with pytest.raises(CommandError, match=r"Nothing was restored .* The site is as before"):
            call_command("restore", folder, replace=True, stdout=StringIO())
    assert Submission.objects.filter(pk=later.pk).exists()
    assert bucket.names == files


@pytest.mark.django_db(transaction=True)
def test_a_restore_that_fails_half_way_leaves_the_bucket_as_it_was(
    submit, team, bucket, tmp_path, monkeypatch
):
    gone = submit(team)
    folder = str(tmp_path / "backup")
    call_command("backup", folder, stdout=StringIO())
    gone.file.delete(save=False)
    files = bucket.names

    def fail(*arguments: object) -> None:
        raise OSError("a fault")

    monkeypatch.setattr(restoring, "_restore_rows", fail)
    with pytest.raises(CommandError, match="The site is as before"):
        call_command("restore", folder, replace=True, stdout=StringIO())
    assert bucket.names == files


def test_files_without_a_submission_are_found_and_deleted(submit, team, bucket, monkeypatch, settings):
    submission = submit(team)
    bucket.write("submissions/1/lost.csv", b"lost")
    monkeypatch.setattr(storage, "YOUNGEST", -timedelta(hours=1))
    assert [(file.name, file.size) for file in storage.unused_files()] == [("1/lost.csv", 4)]
    settings.FAILED_FILE_DAYS = -1
    assert storage.delete_unused_files() == 1
    assert f"submissions/{submission.file.name}" in bucket.names
    assert "submissions/1/lost.csv" not in bucket.names
