"""From the upload to the backup, with web server and worker on machines that share a bucket and no disk."""

import gzip
import io
import stat
from io import StringIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from bigsite.storage_settings import BUCKET, file_storages
from challenge import files
from challenge.models import Evaluation, GroundTruth, PredictionFile, Probe, Submission, WithheldDataset
from challenge.services import evaluations, history, integrity, predictions, probes, stored_files, uncertainty
from challenge.services.accounts import close_account
from challenge.tests.bucket.conftest import files_under
from challenge.tests.predictions.conftest import address
from challenge.tests.releases.frozen import freeze
from challenge.tests.withheld import add_phase, add_withheld

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(on_machine, as_user, team, ground_truth, prediction_files, on_commit) -> Submission:
    """A submission sent to the web server, and scored with intervals by a worker on another machine."""
    on_machine("web")
    content = prediction_files(1.0).read_bytes()
    about = {"resolution": 28, "model_name": "ResNet", "description": "A test.", "publish_predictions": "on"}
    upload = SimpleUploadedFile("predictions.csv", content)
    response = as_user(team).post("/profile/", {"upload": upload, **about})
    assert response.status_code == 302
    submission = Submission.objects.get()
    on_machine("worker")
    evaluations.evaluate(submission.evaluations.get().pk)
    with on_commit():
        uncertainty.estimate(submission.evaluations.get().pk)
    on_machine("web")
    return submission


def test_a_worker_on_another_machine_scores_it(sent, on_machine, bucket, client):
    evaluation = sent.evaluations.get()
    assert evaluation.status == Evaluation.Status.SCORED
    assert evaluation.uncertainty.has_results
    assert f"submissions/{sent.file.name}" in bucket.names
    labels = f"ground_truth/{evaluation.ground_truth.checksum}.npz"
    worker = on_machine("worker")
    assert files_under(worker) == {labels}, "the labels are kept here, the upload is not"
    assert stat.S_IMODE((worker / labels).stat().st_mode) == 0o600
    assert not any(name.endswith(".csv") for name in files_under(on_machine("web")))
    assert client.get(sent.get_absolute_url()).status_code == 200


def test_only_the_team_and_organizers_get_the_file(
    sent, as_user, team, other_team, organizer, prediction_files
):
    of_file = f"/submissions/{sent.pk}/file/"
    for user in (team, organizer):
        response = as_user(user).get(of_file)
        assert response.getvalue() == prediction_files(1.0).read_bytes()
        assert int(response["Content-Length"]) == sent.file_size
    assert as_user(other_team).get(of_file).status_code == 404
    assert Client().get(of_file).status_code == 302


def test_the_compressed_file_is_downloaded_as_it_was_sent(
    sent, on_machine, on_commit, bucket, as_user, team, prediction_files
):
    plain = sent.file.name
    on_machine("worker")
    with on_commit():
        stored_files.pack(sent.pk)
    sent.refresh_from_db()
    assert sent.file.name.endswith(stored_files.PACKED)
    assert f"submissions/{plain}" not in bucket.names
    content = prediction_files(1.0).read_bytes()
    assert gzip.decompress(bucket.read(f"submissions/{sent.file.name}")) == content
    on_machine("web")
    assert as_user(team).get(f"/submissions/{sent.pk}/file/").getvalue() == content
    evaluations.queue_evaluations([sent])
    evaluations.evaluate(sent.evaluations.get().pk)
    assert sent.evaluations.get().status == Evaluation.Status.SCORED


def test_published_predictions_are_written_by_the_worker_and_sent_by_the_web_server(sent, on_machine, client):
    on_machine("worker")
    predictions.queue_missing()
    predictions.write_file(sent.pk)
    row = PredictionFile.objects.get()
    on_machine("web")
    content = client.get(address(sent)).getvalue()
    assert len(content) == row.size
    with ZipFile(io.BytesIO(client.get("/predictions.zip").getvalue())) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".csv.gz"))
        assert archive.read(name) == content
    with files.open_file(predictions.predictions_path(sent.pk)) as stored:
        assert stored.read() == content


def test_a_withdrawal_deletes_the_file_and_what_was_made_of_it(
    sent, on_machine, on_commit, bucket, as_user, team
):
    on_machine("worker")
    predictions.queue_missing()
    predictions.write_file(sent.pk)
    figures = f"figures/{sent.pk}-0123456789abcdef.zip"
    other = f"figures/{sent.pk}1-0123456789abcdef.zip"
    for name in (figures, other):
        bucket.write(name, b"zip")
    on_machine("web")
    with on_commit():
        as_user(team).post(f"/submissions/{sent.pk}/withdraw/", {"delete_file": "on"})
    sent.refresh_from_db()
    assert sent.file_deleted_at
    assert {name.partition("/")[0] for name in bucket.names} == {"ground_truth", "figures"}
    assert other in bucket.names
    assert as_user(team).get(f"/submissions/{sent.pk}/file/").status_code == 404


def test_a_closed_account_leaves_no_file(sent, on_commit, bucket, team):
    Submission.objects.update(visibility="private")
    with on_commit():
        close_account(team, keep_name=False)
    assert not [name for name in bucket.names if name.startswith("submissions/")]


def test_the_figures_of_the_worker_are_sent_by_the_web_server(
    sent, on_machine, client, monkeypatch, settings
):
    from challenge.entries import figures_zip

    settings.CHROMIUM = "/usr/bin/chromium"
    monkeypatch.setattr(
        "challenge.figures.files.write_zip", lambda figures, path, **about: path.write_bytes(b"the zip")
    )
    of_zip = f"/submissions/{sent.pk}/figures.zip"
    assert client.get(of_zip).status_code == 404
    on_machine("worker")
    figures_zip.render_figures(sent.evaluations.get().pk)
    on_machine("web")
    assert client.get(of_zip).getvalue() == b"the zip"
    assert of_zip in client.get(sent.get_absolute_url()).text


def test_a_release_is_frozen_by_the_worker_and_sent_by_the_web_server(sent, on_machine, client):
    on_machine("worker")
    release = freeze()
    assert release.is_frozen
    on_machine("web")
    content = client.get(f"/releases/{release.name}/archive.zip").getvalue()
    assert len(content) == release.archive_size
    assert files.sha256_of(release.archive_path) == release.archive_sha256


def test_integrity_is_checked_by_the_worker(sent, on_machine):
    on_machine("worker")
    integrity.queue_missing()
    integrity.check(sent.pk)
    sent.refresh_from_db()
    assert sent.integrity_record.results_version


def test_a_test_submission_works_and_leaves_nothing(ground_truth, on_machine, on_commit, bucket):
    probe = probes.send(by="a monitor")
    assert f"submissions/{probe.file.name}" in bucket.names
    on_machine("worker")
    probes.score(probe.pk)
    with on_commit():
        probes.estimate(probe.pk)
    assert Probe.objects.get().problems == []
    assert f"submissions/{probe.file.name}" not in bucket.names


def test_withheld_labels_reach_the_worker_and_are_deleted(ground_truth, on_machine, on_commit, bucket):
    from challenge.services import withheld

    phase = add_phase()
    added = add_withheld(phase)
    (name,) = (name for name in bucket.names if "withheld" in name)
    worker = on_machine("worker")
    (file,) = WithheldDataset.labels_of(phase.pk)
    assert file.path.is_relative_to(worker)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    on_machine("web")
    with on_commit():
        withheld.delete_dataset(added, by=history.COMMAND)
    assert name not in bucket.names


@pytest.mark.django_db(transaction=True)
def test_a_site_moves_from_folders_to_the_bucket(
    monkeypatch, settings, on_machine, bucket, tmp_path, request, as_user, team, prediction_files
):
    in_bucket = settings.STORAGES
    on_machine("old")
    with monkeypatch.context() as patch:
        patch.delenv("S3_BUCKET")
        folders = {name: about for name, about in in_bucket.items() if name != BUCKET}
        settings.STORAGES = folders | file_storages(settings.SUBMISSION_DIR)
        submission = request.getfixturevalue("submit")(team)
        call_command("backup", str(tmp_path / "backup"), stdout=StringIO())
    assert not bucket.names
    settings.STORAGES = in_bucket
    on_machine("new")
    call_command("restore", str(tmp_path / "backup"), replace=True, stdout=StringIO())
    assert f"submissions/{submission.file.name}" in bucket.names
    response = as_user(team).get(f"/submissions/{submission.pk}/file/")
    assert response.getvalue() == prediction_files(1.0).read_bytes()
    evaluations.evaluate(submission.evaluations.get().pk)
    assert submission.evaluations.get().status == Evaluation.Status.SCORED


@pytest.mark.django_db(transaction=True)
def test_backup_and_restore_on_another_machine(sent, on_machine, bucket, tmp_path, as_user, team):
    release = freeze()
    before = {name: bucket.read(name) for name in bucket.names if not name.startswith("published/")}
    folder = str(tmp_path / "backup")
    call_command("backup", folder, stdout=StringIO())
    for name in before:
        bucket.bucket.Object(name).delete()
    bucket.write("submissions/of_a_later_day.csv", b"x")
    on_machine("new")
    call_command("restore", folder, replace=True, stdout=StringIO())
    assert {name: bucket.read(name) for name in bucket.names} == before
    assert Client().get(f"/releases/{release.name}/archive.zip").status_code == 200
    assert GroundTruth.objects.get().path.exists()
    call_command("backup", folder, stdout=StringIO())
