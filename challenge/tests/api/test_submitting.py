"""Submissions by programs: the same checks and limits as on the page, and a request that is sent twice."""

import json
from http import HTTPStatus

import pytest

from challenge.models import Phase, Submission, SubmitRequest
from challenge.services import requests
from challenge.tests.api.conftest import send
from challenge.tests.api.operations import STATEMENTS
from challenge.tests.bad_files.short_splits import evaluate


def test_a_file_is_accepted_and_scored(api, team, short_site, valid):
    client = api(team)
    response = send(client, valid, family="cnn", parameters_millions="11.2", visibility="private")
    assert response.status_code == 202, response.text
    submission = Submission.objects.get()
    assert (submission.team, submission.family, submission.parameters_millions) == (team, "cnn", 11.2)
    assert response.headers["Location"] == f"/api/v1/submissions/{submission.pk}"
    assert response.headers["Retry-After"] == "1"
    sent = response.json()
    assert (sent["state"], sent["waiting_before"], sent["visibility"]) == ("queued", 0, "private")
    evaluate(submission)
    response = client.get(response.headers["Location"])
    scored = response.json()
    assert "Retry-After" not in response.headers
    assert scored["state"] == "scored"
    assert scored["average"]["auc"] == pytest.approx(submission.evaluations.get().auc)
    assert len(scored["datasets"]) == 12


def test_a_bad_file_fails_with_the_reasons_of_the_page(api, team, short_site, valid):
    client = api(team)
    address = send(client, valid.replace(b"breastmnist,0,", b"breastmnist,1,")).headers["Location"]
    evaluate(Submission.objects.get())
    failed = client.get(address).json()
    assert failed["state"] == "failed"
    assert failed["problems"] == Submission.objects.get().evaluations.get().problems != []


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"model_name": ""}, "model_name", "required"),
        ({"resolution": 29}, "resolution", "28, 64, 128 or 224"),
        ({"study_url": "javascript:alert(1)"}, "study_url", ""),
        ({"visibility": "secret"}, "visibility", "'public', 'anonymous' or 'private'"),
        ({"anonymous_until": "2031-01-01"}, "anonymous_until", "not anonymous"),
        ({"parameters_millions": "-3"}, "parameters_millions", "greater than or equal"),
        ({"n_networks": "0"}, "n_networks", "greater than or equal"),
        ({"colour": "red"}, "colour", "no such field"),
    ],
)
def test_bad_statements_are_named(change, field, message, api, team, short_site, valid):
    response = send(api(team), valid, **change)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["title"] == HTTPStatus(422).phrase  # Python 3.13 has the newer one
    assert field in [error["field"] for error in problem["errors"]]
    assert message in problem["detail"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize(("name", "content"), [("predictions.exe", b"x"), ("predictions.csv", b"")])
def test_a_file_is_refused_by_its_name_and_size(name, content, api, team, short_site):
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = STATEMENTS | {"upload": SimpleUploadedFile(name, content)}
    response = api(team).post("/api/v1/submissions", data)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "upload"


def test_without_a_file_nothing_is_submitted(api, team, short_site):
    response = api(team).post("/api/v1/submissions", STATEMENTS)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "upload")


def test_a_request_with_a_key_that_is_sent_again_makes_one_submission(api, team, short_site, valid):
    client = api(team)
    first, second = (send(client, valid, key="run-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Submission.objects.count() == 1
    other = send(client, valid, key="run-1", model_name="Another")
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["detail"]


def test_keys_of_two_teams_do_not_meet(api, team, other_team, short_site, valid):
    assert send(api(team), valid, key="run-1").status_code == 202
    assert send(api(other_team), valid, key="run-1").status_code == 202


def test_a_refused_request_may_be_sent_again_with_its_key(api, team, short_site, valid):
    Phase.objects.update(daily_limit=0)
    client = api(team)
    refused = send(client, valid, key="run-1")
    assert refused.status_code == 429
    assert "daily limit" in refused.json()["detail"]
    Phase.objects.update(daily_limit=1)
    assert send(client, valid, key="run-1").status_code == 202


def test_old_keys_are_forgotten(api, team, short_site, valid):
    send(api(team), valid, key="run-1")
    requests.forget_old_keys()
    request = SubmitRequest.objects.get()
    request.created_at -= SubmitRequest.KEPT
    request.save()
    requests.forget_old_keys()
    assert not SubmitRequest.objects.exists()


def test_the_same_file_again_returns_the_submission_and_with_other_words_names_it(
    api, team, short_site, valid
):
    client = api(team)
    first = send(client, valid).json()
    again = send(client, valid)
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    other = send(client, valid, model_name="Another")
    assert other.status_code == 409
    assert other.json()["submission"].endswith(f"/submissions/{first['id']}/")
    assert json.loads(other.content)["status"] == 409
    assert Submission.objects.count() == 1
