"""A disk that is nearly full: files are refused before they are received, and scoring goes on."""

import shutil
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import pytest
from django.core.cache import cache
from django.test import Client
from django.test.client import MULTIPART_CONTENT, FakePayload

from accounts import tokens
from bigsite.disk import NEARLY_FULL
from challenge.models import Evaluation, Submission
from challenge.services import evaluations, submissions
from challenge.tests.hostile_requests.by_hand import END, FIELDS, file_part
from challenge.upkeep.items import needs

PROFILE, API = "/profile/", "/api/v1/submissions"
LARGE = FIELDS + file_part(value=b"x" * 400_000) + END
SMALL = FIELDS + file_part() + END


@pytest.fixture(autouse=True)
def _no_slots_taken() -> None:
    cache.clear()


@pytest.fixture
def nearly_full(settings) -> Iterator[None]:
    """A disk with one byte less than the floor."""
    settings.MIN_FREE_BYTES = 5_000_000
    usage = SimpleNamespace(free=4_999_999, total=10**12, used=10**12)
    with patch.object(shutil, "disk_usage", lambda path: usage):
        yield


@pytest.fixture
def reads() -> Iterator[Mock]:
    """Reads of the bodies of requests."""
    with patch.object(FakePayload, "read", autospec=True, side_effect=FakePayload.read) as read:
        yield read


def send(client: Client, address: str, body: bytes, **headers: Any):
    return client.generic("POST", address, body, MULTIPART_CONTENT, **headers)


@pytest.mark.usefixtures("nearly_full", "ground_truth")
@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}])
def test_a_file_is_refused_before_it_is_read(team, as_user, reads, headers):
    response = send(as_user(team), PROFILE, LARGE, **headers)
    assert response.text.count(NEARLY_FULL) == 1
    assert not reads.called
    assert not Submission.objects.exists()


@pytest.mark.usefixtures("nearly_full", "ground_truth")
def test_a_small_file_is_refused_too(team, as_user):
    assert NEARLY_FULL in send(as_user(team), PROFILE, SMALL).text
    assert not Submission.objects.exists()


@pytest.mark.usefixtures("nearly_full", "ground_truth")
def test_programs_learn_when_to_try_again(team, reads):
    _, text = tokens.create(team, name="test", scope="submit", expires_at=None)
    response = send(Client(headers={"Authorization": f"Bearer {text}"}), API, LARGE)
    assert response.status_code == 503
    assert response["Retry-After"] == "600"
    assert response.json()["detail"] == NEARLY_FULL
    assert not reads.called


@pytest.mark.usefixtures("nearly_full", "ground_truth")
def test_commands_are_refused_as_well(submit, team):
    with pytest.raises(submissions.SubmissionRefusedError, match="nearly full"):
        submit(team, content=b"one")


@pytest.mark.usefixtures("nearly_full", "ground_truth")
def test_the_page_of_the_team_says_so_beforehand(team, as_user):
    assert NEARLY_FULL in as_user(team).get(PROFILE).text


def test_scoring_goes_on(submit, team, request):
    submission = submit(team)
    request.getfixturevalue("nearly_full")
    evaluation = submission.evaluations.get()
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.status == Evaluation.Status.SCORED


@pytest.mark.django_db
@pytest.mark.usefixtures("nearly_full")
def test_the_organizers_learn_of_it():
    (need,) = (item.need for item in needs() if item.label == "Free disk")
    assert need == "Only 4.8\xa0MB of the disk are free: no files are accepted below 4.8\xa0MB."


def test_above_the_floor_files_are_accepted(settings, submit, team):
    settings.MIN_FREE_BYTES = 0
    assert submit(team, content=b"one").pk
