"""Visibility and facts in the form for a submission."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from challenge.models import FACT_FIELDS, Submission
from challenge.models.visibility import LONGEST_ANONYMITY, today
from challenge.tests.pages import attribute, element, elements, page_of, text_of

PROFILE = reverse("profile")


@pytest.fixture
def client(team, ground_truth, as_user) -> Client:
    return as_user(team)


def post(client: Client, content: bytes = b"dataset,index,p0\n", **fields):
    upload = SimpleUploadedFile("predictions.csv", content)
    about = {"upload": upload, "resolution": 28, "model_name": "ResNet", "description": "Trained with care."}
    return client.post(PROFILE, about | fields)


def test_an_entry_is_public_unless_the_team_says_otherwise(client):
    page = page_of(client, PROFILE)
    assert attribute(page, "[name=visibility]", "value") == ["public", "anonymous", "private"]
    assert attribute(page, "[name=visibility][checked]", "value") == ["public"]
    post(client)
    assert Submission.objects.get().visibility == "public"


@pytest.mark.parametrize("visibility", ["public", "anonymous", "private"])
def test_the_choice_is_kept(client, visibility):
    assert post(client, visibility=visibility).status_code == 302
    submission = Submission.objects.get()
    assert submission.visibility == visibility
    assert submission.anonymous_until is None


@pytest.mark.parametrize("days", [1, LONGEST_ANONYMITY.days])
def test_anonymity_can_end_on_a_day(client, days):
    until = today() + timedelta(days=days)
    post(client, visibility="anonymous", anonymous_until=until.isoformat())
    submission = Submission.objects.get()
    assert submission.anonymous_until == until
    assert submission.is_anonymous


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (0, "This day is not in the future."),
        (-1, "This day is not in the future."),
        (LONGEST_ANONYMITY.days + 1, "more than two years away"),
    ],
)
def test_a_day_that_is_not_possible_is_refused(client, days, message):
    until = (today() + timedelta(days=days)).isoformat()
    page = post(client, visibility="anonymous", anonymous_until=until).text
    assert message in page
    assert attribute(page, "[name=anonymous_until]", "value") == [until]
    assert attribute(page, "[name=visibility][checked]", "value") == ["anonymous"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "typed", ["tomorrow", "31.12.2026", "2026-02-30", "0000-00-00", "99999-01-01", "2\0", "2026-13-01", "٣"]
)
def test_what_is_no_day_is_refused(client, typed):
    response = post(client, visibility="anonymous", anonymous_until=typed)
    assert response.status_code == 200
    assert not Submission.objects.exists()


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_a_day_without_anonymity_is_an_oversight(client, visibility):
    until = (today() + timedelta(days=30)).isoformat()
    assert "The entry is not anonymous." in post(client, visibility=visibility, anonymous_until=until).text
    assert not Submission.objects.exists()


def test_another_visibility_is_refused(client):
    assert "secret is not one of the available choices" in post(client, visibility="secret").text
    assert not Submission.objects.exists()


def test_the_teams_list_marks_what_others_do_not_see(client, team, entry):
    entry(team, 0.9, visibility="private")
    entry(team, 0.8, visibility="anonymous", anonymous_until=date(2100, 3, 1))
    entry(team, 0.7, visibility="anonymous")
    entry(team, 0.6, visibility="anonymous", anonymous_until=today())
    items = elements(page_of(client, PROFILE), ".submission-item")
    assert [text_of(tag) for item in items for tag in elements(item, ".tag")] == [
        *("anonymous", "anonymous until 1 March 2100", "private")
    ]


# --- Facts of the method ------------------------------------------------------------------------------

FACTS: dict[str, Any] = {
    "parameters_millions": 11.2,
    "family": "cnn",
    "pretraining": "natural",
    "pretraining_name": "ImageNet-1k",
    "n_networks": 1,
    "sharing": "one",
    "training_hours": 2.0,
    "hardware": "1 × A100",
    "code_licence": "MIT",
}


def facts_of(submission: Submission) -> dict[str, Any]:
    return {name: getattr(submission, name) for name in FACT_FIELDS}


def test_facts_are_optional_and_folded(client):
    page = page_of(client, PROFILE)
    assert not elements(page, "details[open] [name=hardware]")
    assert {name for name in FACT_FIELDS if elements(page, f"details [name={name}]")} == {*FACT_FIELDS}
    post(client)
    assert not any(facts_of(Submission.objects.get()).values())


def test_facts_are_kept(client):
    post(client, **FACTS)
    assert facts_of(Submission.objects.get()) == FACTS


def test_what_was_typed_is_unfolded_after_an_error(client):
    page = post(client, hardware="1 × A100", model_name="").text
    assert attribute(page, "details[open] [name=hardware]", "value") == ["1 × A100"]


def test_the_facts_of_the_last_submission_are_offered(client, team, entry):
    entry(team, 0.9, **FACTS | {"hardware": "An old machine"})
    last = entry(team, 0.8, **FACTS)
    page = page_of(client, PROFILE)
    assert attribute(page, "[name=hardware]", "value") == ["1 × A100"]
    assert attribute(page, "[name=family] [selected]", "value") == ["cnn"]
    assert f"filled in from #{last.pk}" in text_of(element(page, "details:has([name=hardware]) summary"))
    assert elements(page, "details [name=no_facts]")


def test_they_are_offered_again_after_a_submission_by_htmx(client):
    upload = SimpleUploadedFile("predictions.csv", b"dataset,index,p0\n")
    about = {"upload": upload, "resolution": 28, "model_name": "ResNet", "description": "A test."} | FACTS
    page = client.post(PROFILE, about, headers={"HX-Request": "true"}).text
    assert attribute(page, "#submit [name=hardware]", "value") == ["1 × A100"]


def test_offered_facts_are_cleared_with_one_tick(client, team, entry):
    entry(team, 0.9, **FACTS)
    post(client, no_facts="on", **FACTS | {"n_networks": "nonsense"})
    assert not any(facts_of(Submission.objects.latest("created_at")).values())


def test_without_facts_there_is_nothing_to_clear(client, team, other_team, entry):
    entry(team, 0.9)
    entry(other_team, 0.9, **FACTS)
    page = page_of(client, PROFILE)
    assert not elements(page, "[name=no_facts]")
    assert attribute(page, "[name=hardware]", "value") == []
