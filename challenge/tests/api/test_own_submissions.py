"""A team's own submissions by programs: reading, editing, withdrawing, downloading, limits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from challenge.models import Phase, Submission
from challenge.services import submissions
from challenge.tests.api.conftest import send


@pytest.fixture
def own(api, team, short_site, valid) -> Submission:
    send(api(team), valid)
    return Submission.objects.get()


def test_submissions_are_listed_in_pages(api, team, other_team, entry):
    for _ in range(26):
        entry(team, 0.5)
    entry(other_team, 0.9)
    client = api(team, "read")
    first = client.get("/api/v1/submissions").json()
    rest = client.get("/api/v1/submissions", {"cursor": first["next"]}).json()
    assert (len(first["submissions"]), len(rest["submissions"]), rest["next"]) == (25, 1, None)
    times = [one["submitted_at"] for one in (*first["submissions"], *rest["submissions"])]
    assert times == sorted(times, reverse=True)
    assert first["submissions"][0]["average"]["auc"] == pytest.approx(0.5)


def test_an_entry_is_edited_and_what_is_left_out_stays(api, team, own):
    client = api(team)
    response = client.patch(
        f"/api/v1/submissions/{own.pk}", {"model_name": "New", "visibility": "private"}, "application/json"
    )
    assert response.status_code == 200, response.text
    assert (response.json()["name"], response.json()["visibility"]) == ("New", "private")
    own.refresh_from_db()
    assert (own.model_name, own.description, own.visibility) == ("New", "Trained with care.", "private")
    assert own.revisions.count() == 1


def test_a_mark_can_be_taken_back(api, team, own):
    client, address = api(team), f"/api/v1/submissions/{own.pk}"
    client.patch(address, {"external_data": True, "special_methods": "An ensemble"}, "application/json")
    back = client.patch(address, {"external_data": False, "special_methods": ""}, "application/json").json()
    assert (back["external_data"], back["special_methods"], back["standard"]) == (False, "", True)


@pytest.mark.parametrize("changes", [{"model_name": ""}, {"study_url": "x y"}, {"id": 3}, {"family": "rnn"}])
def test_bad_changes_change_nothing(changes, api, team, own):
    response = api(team).patch(f"/api/v1/submissions/{own.pk}", changes, "application/json")
    assert response.status_code == 422
    assert own.revisions.count() == 0


def test_an_entry_is_withdrawn_and_its_file_deleted(api, team, own, django_capture_on_commit_callbacks):
    client = api(team)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            f"/api/v1/submissions/{own.pk}/withdraw", {"delete_file": True}, "application/json"
        )
    assert response.json()["withdrawn"] is True
    gone = client.get(f"/api/v1/submissions/{own.pk}/file")
    assert (gone.status_code, gone.json()["detail"]) == (404, "The file was deleted.")
    own.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        again = client.post(
            f"/api/v1/submissions/{own.pk}/withdraw", {"delete_file": True}, "application/json"
        )
    assert again.json() == response.json()
    times = Submission.objects.values_list("withdrawn_at", "file_deleted_at").get()
    assert times == (own.withdrawn_at, own.file_deleted_at)


def test_a_disqualified_entry_is_neither_edited_nor_withdrawn(api, team, own):
    submissions.disqualify(own, "Trained on the test images.", by="manage.py")
    client, address = api(team), f"/api/v1/submissions/{own.pk}"
    for answer in (
        client.patch(address, {"model_name": "New"}, "application/json"),
        client.post(f"{address}/withdraw", {}, "application/json"),
    ):
        assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
        assert "disqualified" in answer.json()["detail"]


def test_the_file_is_downloaded_as_it_was_sent(api, team, own, valid):
    response = api(team, "read").get(f"/api/v1/submissions/{own.pk}/file")
    assert response.getvalue() == valid
    assert 'filename="predictions.csv"' in response.headers["Content-Disposition"]


def test_limits_are_those_of_the_page(api, team, own):
    Phase.objects.update(daily_limit=3, total_limit=1)
    (found,) = api(team, "read").get("/api/v1/quota").json()
    assert (found["day_left"], found["total_left"]) == (2, 0)
    assert "reached the limit" in found["refusal"]


def test_between_phases_there_are_no_limits_to_read(api, team, own):
    Phase.objects.update(closes_at=timezone.now() - timedelta(days=1))
    assert api(team, "read").get("/api/v1/quota").json() == []
