"""Bodies that no browser sends: the answer is always a page or a refusal, never a server error."""

import json

import pytest
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from challenge.models import Submission
from challenge.tests.hostile_requests.by_hand import (
    ABOUT,
    END,
    FIELDS,
    ODD_BODIES,
    PROFILE,
    file_part,
    part,
    send,
)

# --- Multipart bodies -----------------------------------------------------------------------------


def test_a_body_made_by_hand_works(client):
    assert send(client, FIELDS + file_part() + END).status_code == 302
    assert Submission.objects.get().file.read() == b"dataset\n"


@pytest.mark.parametrize(
    ("filename", "stored"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("/etc/cron.d/evil.csv", "evil.csv"),
        ("C:\\\\Users\\\\me\\\\my.csv", "my.csv"),
        ("a\tb\x01c.csv", None),
        ("&lt;script&gt;.csv", None),
        ("x.CSV", "x.CSV"),
        ("x" * 5000 + ".csv", None),
        ("vorhersage-für.csv", "vorhersage-für.csv"),
        (" .csv", None),
    ],
)
def test_names_of_files(client, filename, stored):
    response = send(client, FIELDS + file_part(filename) + END)
    assert response.status_code in (302, 400 if len(filename) > 1000 else 200)
    for submission in Submission.objects.all():
        assert "/" not in submission.file_name
        assert "\\" not in submission.file_name
        assert str(submission.file.name).startswith(f"{submission.team_id}/20")
        assert client.get(submission.get_absolute_url()).status_code == 200
        assert client.get(f"{submission.get_absolute_url()}file/").status_code == 200
        if stored:
            assert submission.file_name == stored


@pytest.mark.parametrize("case", ODD_BODIES)
def test_odd_bodies(case, client):
    response = send(client, ODD_BODIES[case])
    assert response.status_code in (200, 302, 400)
    assert client.get(PROFILE).status_code == 200
    for submission in Submission.objects.all():
        assert client.get(submission.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("case", ODD_BODIES)
def test_odd_bodies_without_a_login(case, db):
    assert send(Client(), ODD_BODIES[case]).status_code in (302, 400)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 500,
        "multipart/form-data; boundary=\xff",
        "multipart/form-data; boundary=other",
        "multipart/mixed; boundary=x",
        "application/json",
        "application/x-www-form-urlencoded; charset=nonsense",
        "text/csv",
        "nonsense",
        "",
        "application/x-www-form-urlencoded",
    ],
)
@pytest.mark.parametrize("page", [PROFILE, "/accounts/login/"])
def test_odd_content_types(content_type, page, client, db):
    sender = client if page == PROFILE else Client()
    response = sender.generic("POST", page, FIELDS + file_part() + END, content_type)
    assert response.status_code in (200, 400)
    assert not Submission.objects.exists()


def test_json_is_no_form(client):
    response = client.post(PROFILE, json.dumps(ABOUT), content_type="application/json")
    assert response.status_code == 200
    assert not Submission.objects.exists()


@pytest.mark.parametrize("length", ["0", "-1", "1", "100", "abc", "1e3", " 5 ", ""])
def test_a_wrong_length(length, client):
    response = send(client, FIELDS + file_part() + END, CONTENT_LENGTH=length)
    assert response.status_code in (200, 302, 400)
    assert client.get(PROFILE).status_code == 200


def test_two_files_are_one_submission(client):
    body = FIELDS + file_part("first.csv", b"first") + file_part("second.csv", b"second") + END
    assert send(client, body).status_code == 302
    assert Submission.objects.get().file.read() == b"second"


def test_200_fields_more_are_ignored(client):
    extra = b"".join(part(f"field{number}", b"x") for number in range(200))
    assert send(client, extra + FIELDS + file_part() + END).status_code == 302


@pytest.mark.parametrize("number", [1001, 5000])
def test_too_many_fields_are_refused(number, client):
    extra = b"".join(part(f"field{n}", b"x") for n in range(number))
    assert send(client, extra + FIELDS + file_part() + END).status_code == 413


def test_too_many_files_are_refused(client):
    extra = b"".join(file_part(name=f"file{n}") for n in range(101))
    assert send(client, extra + FIELDS + file_part() + END).status_code == 413
    assert not Submission.objects.exists()


def test_a_huge_field_is_refused(client):
    assert send(client, FIELDS + part("description", b"x" * 3 * 2**20) + file_part() + END).status_code == 413


def test_a_field_that_is_too_long_is_reported(client):
    body = FIELDS + part("description", b"x" * 100_000) + file_part() + END
    response = send(client, body)
    assert response.status_code == 200
    assert "at most 2000 characters" in response.content.decode()


FORBIDDEN = {
    "team": "1", "counts_toward_limits": "false", "created_at": "2000-01-01", "sha256": "0" * 64,
    "disqualified_at": "", "withdrawn_at": "2000-01-01", "chosen_at": "2000-01-01", "file_deleted_at": "2000-01-01",
    "first_outcome_at": "2000-01-01", "file": "x", "id": "77", "pk": "77", "file_name": "evil.csv",
}  # fmt: skip


def test_fields_that_are_not_the_teams_to_set_are_ignored(client, team):
    more = b"".join(part(name, value.encode()) for name, value in FORBIDDEN.items())
    send(client, more + FIELDS + file_part() + END)
    submission = Submission.objects.get()
    assert submission.pk != 77
    assert submission.team == team
    assert submission.counts_toward_limits
    assert submission.created_at.year > 2020
    assert submission.first_outcome_at is None
    assert submission.withdrawn_at is submission.chosen_at is submission.file_deleted_at is None
    assert submission.file_name == "x.csv"


# --- Forms of an entry ----------------------------------------------------------------------------


@pytest.mark.parametrize("case", ODD_BODIES)
@pytest.mark.parametrize("page", ["edit", "withdraw", "choose"])
def test_odd_bodies_to_the_forms_of_an_entry(case, page, client, team, entry):
    submission = entry(team, 0.5)
    address = f"/submissions/{submission.pk}/{page}/"
    response = client.generic("POST", address, ODD_BODIES[case], MULTIPART_CONTENT)
    assert response.status_code in (200, 302, 400)
    assert client.get(submission.get_absolute_url()).status_code == 200
    assert client.get(PROFILE).status_code == 200


@pytest.mark.parametrize("query", ["typed", "typed=%00", "typed&typed=x", "typed=" + "x" * 5000])
def test_nothing_typed_is_no_error(query, client, team, entry):
    address = f"/submissions/{entry(team, 0.5).pk}/edit/"
    assert client.get(address, query_string=query).status_code == 200
