"""Bodies of requests: nothing is read for nobody, beyond the limits, or for a file that is refused anyway."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.test.client import MULTIPART_CONTENT, FakePayload

from accounts import tokens
from accounts.upload_slots import free_slot, mark_of_form, take_slot
from challenge.models import Phase, Submission
from challenge.tests.hostile_requests.by_hand import END, FIELDS, file_part
from challenge.tests.pages import element, page_of
from challenge.web.uploads import LimitedFileUploadHandler

PROFILE, API = "/profile/", "/api/v1/submissions"
LARGE = FIELDS + file_part(value=b"x" * 400_000) + END
SLOTS = "Your team is sending several files at this moment."


@pytest.fixture(autouse=True)
def _no_slots_taken() -> None:
    cache.clear()


@pytest.fixture
def reads(monkeypatch) -> list[int]:
    """Sizes of what was read of bodies."""
    read: list[int] = []
    original = FakePayload.read

    def count(payload, *args, **options):
        data = original(payload, *args, **options)
        read.append(len(data))
        return data

    monkeypatch.setattr(FakePayload, "read", count)
    return read


def send(client: Client, address: str = PROFILE, body: bytes = LARGE, **headers):
    return client.generic("POST", address, body, MULTIPART_CONTENT, **headers)


# --- Visitors -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (PROFILE, 302),
        ("/accounts/login/", 302),
        ("/admin/login/", 302),
        ("/news/stop/1:nonsense/", 302),
        (API, 401),
        ("/api/v1/leaderboard", 405),
    ],
)
@pytest.mark.parametrize("cookie", ["", "sessionid=" + "a" * 32])
def test_a_file_of_a_visitor_is_not_read(reads, address, answer, cookie):
    assert send(Client(headers={"cookie": cookie} if cookie else {}), address).status_code == answer
    assert sum(reads) == 0


@pytest.mark.django_db
def test_a_form_whose_session_has_ended_is_read_once_more_and_its_text_kept(as_user, team):
    client = as_user(team)
    form = element(page_of(client, PROFILE), "form[enctype='multipart/form-data']")
    client.logout()
    assert send(client, str(form.attributes["action"])).status_code == 302
    assert client.session["draft"]["typed"]["model_name"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mark",
    [
        "1:nonsense",
        "1",
        "",
        # its text depends on the second, but all processes must collect the same names
        pytest.param(signing.TimestampSigner(salt="another").sign("1"), id="with another salt"),
    ],
)
def test_a_mark_that_is_not_ours_opens_nothing(reads, mark):
    assert send(Client(), f"{PROFILE}?form={quote(mark)}").status_code == 302
    assert sum(reads) == 0


@pytest.mark.django_db
def test_a_mark_of_a_team_has_only_the_slots_of_the_team(reads, settings, team):
    settings.UPLOADS_AT_ONCE = 0
    assert send(Client(), f"{PROFILE}?form={quote(mark_of_form(team.pk))}").status_code == 302
    assert sum(reads) == 0


@pytest.mark.django_db
def test_a_part_of_a_page_says_that_nobody_is_logged_in(reads):
    assert send(Client(), HTTP_HX_REQUEST="true").status_code == 401
    assert sum(reads) == 0


@pytest.mark.django_db
def test_a_large_form_of_a_visitor_is_not_read(reads):
    body = b"login=" + b"x" * 3_000_000
    response = Client().generic("POST", "/accounts/login/", body, "application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert sum(reads) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic YTpi", "Bearer big_" + "x" * 43])
def test_a_token_is_asked_for_before_a_body_is_read(reads, header):
    assert send(Client(), API, HTTP_AUTHORIZATION=header).status_code == 401
    assert sum(reads) == 0


# --- Size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PROFILE, API, "/accounts/login/", "/nothing-here/"])
def test_no_body_is_larger_than_a_file_and_a_form(reads, team, as_user, settings, address):
    settings.MAX_UPLOAD_BYTES = 1000
    body = FIELDS + file_part(value=b"x" * 3_000_000) + END
    response = send(as_user(team), address, body)
    assert response.status_code == 413
    assert "Your upload is too large" in response.text
    assert sum(reads) == 0


def test_bytes_are_counted_over_all_files_of_a_request(settings):
    settings.MAX_UPLOAD_BYTES = 100_000
    body = b"".join(file_part(name=f"file{n}", value=b"x" * 70_000) for n in range(4)) + END
    request = RequestFactory().generic("POST", PROFILE, body, MULTIPART_CONTENT)
    request.upload_handlers = [LimitedFileUploadHandler(request)]
    files: list[Any] = [*request.FILES.values()]
    assert sum(Path(one.temporary_file_path()).stat().st_size for one in files) <= 100_000
    assert [one.size for one in files] == [70_000] * 4, "the form reports the whole size"


# --- Quota ----------------------------------------------------------------------------------------


@pytest.fixture
def used_up(ground_truth, team, submit) -> str:
    Phase.objects.update(daily_limit=1)
    submit(team, content=b"one")
    return "Your team has reached the daily limit of submissions (1)."


def test_without_a_submission_left_a_file_is_refused_before_it_is_read(reads, team, as_user, used_up):
    response = send(as_user(team))
    assert response.text.count(used_up) == 1
    assert sum(reads) == 0
    assert Submission.objects.count() == 1


def test_the_form_stays_on_the_page_with_what_was_typed(reads, team, as_user, used_up):
    response = send(as_user(team), HTTP_HX_REQUEST="true")
    assert used_up in response.text
    assert response["HX-Retarget"] == "#refusal"
    assert "<form" not in response.text
    assert sum(reads) == 0


def test_another_phase_may_have_some_left(team, as_user, used_up):
    first = Phase.objects.get()
    Phase.objects.create(name="Second", opens_at=first.opens_at, daily_limit=5)
    assert used_up not in send(as_user(team)).text, "the form asks for the phase"


@pytest.fixture
def program(team) -> Client:
    _, text = tokens.create(team, name="test", scope="submit", expires_at=None)
    return Client(headers={"Authorization": f"Bearer {text}"})


def test_programs_are_refused_before_the_file_is_read_too(reads, program, used_up):
    response = send(program, API)
    assert response.status_code == 429
    assert used_up in response.json()["detail"]
    assert sum(reads) == 0


def test_a_request_that_is_sent_again_returns_its_submission_without_any_left(program, ground_truth):
    Phase.objects.update(daily_limit=1)
    form = {"model_name": "M", "description": "D", "resolution": 28}
    answers = [
        program.post(
            API,
            form | {"upload": SimpleUploadedFile("x.csv", b"x")},
            headers={"Idempotency-Key": key},
        )
        for key in ("one", "one", "two")
    ]
    assert [answer.status_code for answer in answers] == [202, 200, 429]
    assert answers[0]["Location"] == answers[1]["Location"]


# --- At the same time -----------------------------------------------------------------------------


@pytest.fixture
def no_slot_left(settings, team) -> Iterator[None]:
    settings.UPLOADS_AT_ONCE = 2
    slots = [take_slot(team.pk) for _ in range(2)]
    yield
    for slot in filter(None, slots):
        free_slot(slot)


@pytest.mark.usefixtures("no_slot_left", "ground_truth")
def test_a_team_sends_few_files_at_the_same_time(reads, team, other_team, as_user, program):
    page = send(as_user(team))
    assert page.status_code == 429
    assert SLOTS in page.text
    assert page["Retry-After"]
    answer = send(program, API)
    assert answer.status_code == 429
    assert SLOTS in answer.json()["detail"]
    assert sum(reads) == 0
    assert send(as_user(other_team)).status_code == 302, "other teams have slots of their own"


@pytest.mark.usefixtures("ground_truth")
def test_a_slot_is_free_after_the_answer_whatever_it_is(settings, team, as_user, program, monkeypatch):
    settings.UPLOADS_AT_ONCE = 1
    client = as_user(team)
    client.raise_request_exception = False
    assert [send(client).status_code, send(client, body=b"nonsense").status_code] == [302, 200]
    with monkeypatch.context() as patch:
        patch.setattr("challenge.views.profile._submit", lambda *args: 1 / 0)
        assert send(client).status_code == 500
    assert send(program, API).status_code == 200, "the same file as before"
    assert send(program, API, body=END).status_code == 422
    assert take_slot(team.pk)
