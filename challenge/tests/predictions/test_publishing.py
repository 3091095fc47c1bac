"""Publication of predictions: opt-in, with a licence, with the values that were scored, and ended at once."""

import gzip
import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from challenge import tasks
from challenge.forms import EditEntryForm, SubmissionForm
from challenge.models import PredictionFile, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import read_predictions, write_predictions
from challenge.services import entries, predictions, queue, submissions
from challenge.services.accounts import close_account
from challenge.services.predictions import predictions_path
from challenge.services.reading import read_submission
from challenge.tests.pages import element, elements, page_of, text_of
from challenge.tests.predictions.conftest import Status, address

pytestmark = pytest.mark.django_db

STATED = {"model_name": "Model", "description": "A test.", "resolution": 28, "visibility": "public"}


def downloaded(submission: Submission, client: Client | None = None) -> bytes:
    response = (client or Client()).get(address(submission))
    assert response.status_code == 200
    return response.getvalue()


# --- Permission -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "licence"),
    [
        ({}, ""),
        ({"predictions_licence": "CC0-1.0"}, ""),
        ({"publish_predictions": "on"}, "CC-BY-4.0"),
        ({"publish_predictions": "on", "predictions_licence": "CC0-1.0"}, "CC0-1.0"),
    ],
)
def test_a_team_publishes_only_what_it_says(sent, licence, as_user, team, ground_truth, prediction_files):
    with prediction_files(1.0).open("rb") as upload:
        as_user(team).post("/profile/", {**STATED, **sent, "upload": upload})
    assert Submission.objects.get().predictions_licence == licence


def test_other_licences_are_refused(team):
    form = SubmissionForm({**STATED, "publish_predictions": "on", "predictions_licence": "GPL"}, team=team)
    assert "predictions_licence" in form.errors


def test_the_form_offers_cc_by_and_publishes_nothing_by_default(as_user, team, ground_truth):
    page = page_of(as_user(team), "/profile/")
    assert not elements(page, "input[name=publish_predictions][checked]")
    chosen = elements(page, "select[name=predictions_licence] option[selected]")
    assert [text_of(option) for option in chosen] == ["CC BY 4.0: use with attribution"]


def test_a_team_publishes_later_and_ends_it_at_once(published, as_user, team, publish):
    entries.edit_entry(published, predictions_licence="")
    assert Client().get(address(published)).status_code == 404
    assert not PredictionFile.objects.exists()
    form = EditEntryForm(instance=Submission.objects.get())
    assert not form["publish_predictions"].value()
    sent = {**STATED, "publish_predictions": "on", "predictions_licence": "CC-BY-SA-4.0"}
    as_user(team).post(f"/submissions/{published.pk}/edit/", sent)
    publish()
    assert downloaded(published)
    assert EditEntryForm(instance=Submission.objects.get())["predictions_licence"].value() == "CC-BY-SA-4.0"


def test_the_revision_keeps_the_licence_that_ended(published):
    entries.edit_entry(published, predictions_licence="")
    assert published.revisions.get().values == {"predictions_licence": "CC-BY-4.0"}


# --- File -------------------------------------------------------------------------------------------


def test_the_file_has_the_values_that_were_scored(published, tmp_path):
    path = tmp_path / "file.csv.gz"
    path.write_bytes(downloaded(published))
    values = read_predictions(path, MEDMNIST_PLUS).values
    scored = read_submission(Path(published.file.path), benchmark=MEDMNIST_PLUS).values
    for dataset in MEDMNIST_PLUS:
        np.testing.assert_array_equal(values[dataset.name], scored[dataset.name])


def test_doubles_keep_all_their_digits(labels, tmp_path):
    rng = np.random.default_rng(1)
    values = {d.name: rng.random((d.n_test, d.n_classes)) for d in MEDMNIST_PLUS}
    values = {
        name: v if MEDMNIST_PLUS[name].name == "chestmnist" else v / v.sum(1, keepdims=True)
        for name, v in values.items()
    }
    write_predictions(tmp_path / "doubles.csv", values, MEDMNIST_PLUS, precision=np.float64)
    read = read_predictions(tmp_path / "doubles.csv", MEDMNIST_PLUS).values
    assert all(np.array_equal(read[name], values[name]) for name in values)


def test_the_file_of_an_archive_has_no_trace_of_the_upload(submit_and_score, team, publish, prediction_files):
    """The name in a gzip header, its time, and the names in a zip could name the team."""
    packed = io.BytesIO()
    with gzip.GzipFile("canary-of-the-team.csv", "wb", 1, packed, mtime=1_700_000_000) as file:
        file.write(prediction_files(1.0).read_bytes())
    submission = submit_and_score(
        team, content=packed.getvalue(), visibility="anonymous", predictions_licence="CC0-1.0"
    )
    publish()
    response = Client().get(address(submission))
    content = response.getvalue()
    assert b"canary" not in content
    assert content[3] == 0, "the header has no name"
    assert content[4:8] == bytes(4), "the header has no time"
    assert f"big-submission-{submission.pk}-predictions.csv.gz" in response["Content-Disposition"]
    assert str(team) not in str(response.headers)


def test_the_page_has_licence_checksum_and_the_archive(published, client):
    section = element(page_of(client, published.get_absolute_url()), "section[aria-labelledby=evidence]")
    checksum = hashlib.sha256(downloaded(published)).hexdigest()
    assert checksum[:12] in text_of(section)
    assert "CC BY 4.0" in text_of(section)
    links = {link.attributes["href"] for link in elements(section, "a")}
    assert {address(published), "/predictions.zip", "https://creativecommons.org/licenses/by/4.0/"} <= links
    document = json.loads(client.get(f"/submissions/{published.pk}/result.json").content)["predictions"]
    assert (document["licence"], document["sha256"]) == ("CC-BY-4.0", checksum)
    assert document["size"] == predictions_path(published.pk).stat().st_size


def test_until_the_file_is_written_the_page_says_so(submit_and_score, team, client):
    submission = submit_and_score(team, predictions_licence="CC-BY-4.0")
    assert "The file is being prepared" in text_of(page_of(client, submission.get_absolute_url()))
    assert client.get(address(submission)).status_code == 404


# --- States -----------------------------------------------------------------------------------------


def test_removed_entries_are_not_published(published, organizer, as_user, team):
    viewers = [Client(), as_user(team), as_user(organizer)]

    def statuses() -> set[int]:
        return {viewer.get(address(published)).status_code for viewer in viewers}

    assert statuses() == {200}
    submissions.hold(published, "A doubt.", by=organizer)
    assert statuses() == {404}
    submissions.release(published, by=organizer)
    submissions.disqualify(published, "A copy.", by=organizer)
    assert statuses() == {404}
    submissions.reinstate(published, by=organizer)
    entries.set_visibility(published, "private")
    assert statuses() == {404}
    entries.set_visibility(published, "public")
    assert statuses() == {200}
    entries.withdraw(published, delete_file=False)
    assert statuses() == {404}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["permission", "withdrawal", "account"])
def test_the_file_is_deleted_at_once(end, published, team):
    path = predictions_path(published.pk)
    assert path.exists()
    if end == "permission":
        entries.edit_entry(published, predictions_licence="")
    elif end == "withdrawal":
        entries.withdraw(published, delete_file=False)
    else:
        entries.set_visibility(published, "private")
        close_account(team, keep_name=True)
    assert not path.exists()


def test_a_private_entry_is_written_only_when_it_becomes_public(submit_and_score, team, publish):
    submission = submit_and_score(team, visibility="private", predictions_licence="CC-BY-4.0")
    publish()
    assert not PredictionFile.objects.exists()
    entries.set_visibility(submission, "anonymous")
    publish()
    assert downloaded(submission)


# --- Job --------------------------------------------------------------------------------------------


def test_the_worker_writes_what_the_sweep_queues(submit_and_score, team, monkeypatch):
    monkeypatch.setattr(queue, "enqueue_predictions", tasks.write_predictions)
    submission = submit_and_score(team, predictions_licence="CC-BY-4.0")
    assert predictions.queue_missing() == 1
    assert predictions.queue_missing() == 0
    assert downloaded(submission)


def test_a_lost_message_is_sent_again_and_a_broken_file_is_given_up(submit_and_score, team, monkeypatch):
    sent: list[int] = []
    monkeypatch.setattr(queue, "enqueue_predictions", sent.append)
    submission = submit_and_score(team, predictions_licence="CC-BY-4.0")
    predictions.queue_missing()
    predictions.requeue_lost(timezone.now() + timedelta(hours=1))
    assert sent == [submission.pk] * 2
    submission.file.storage.delete(submission.file.name)
    for _ in range(4):
        predictions.write_file(submission.pk)
    row = PredictionFile.objects.get()
    assert (row.status, row.attempts) == (Status.FAILED, 3)


def test_a_file_that_is_lost_is_written_again_when_a_reader_misses_it(published, client, monkeypatch):
    content = downloaded(published, client)
    predictions_path(published.pk).unlink()
    sent: list[int] = []
    monkeypatch.setattr(queue, "enqueue_predictions", sent.append)
    for _ in range(2):
        assert client.get(address(published)).status_code == 404
    assert sent == [published.pk]
    predictions.write_file(published.pk)
    assert downloaded(published, client) == content


def test_a_publication_that_ends_while_the_file_is_written_leaves_no_file(
    submit_and_score, team, monkeypatch
):
    submission = submit_and_score(team, predictions_licence="CC-BY-4.0")
    predictions.queue_missing()
    read = predictions.read_submission

    def end_and_read(path, **about):
        entries.edit_entry(submission, predictions_licence="")
        return read(path, **about)

    monkeypatch.setattr(predictions, "read_submission", end_and_read)
    predictions.write_file(submission.pk)
    assert not predictions_path(submission.pk).exists()
