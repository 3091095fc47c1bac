"""Submission by the form: what the team sees, who may submit, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from challenge.models import Evaluation, Phase, Submission
from challenge.tests.pages import element, elements, page_of, text_of

CONTENT = b"dataset,index,p0\n"


@pytest.fixture
def client(team, ground_truth, as_user):
    return as_user(team)


def form(content: bytes = CONTENT, name: str = "predictions.csv", **fields) -> dict:
    return {
        "upload": SimpleUploadedFile(name, content),
        "resolution": 28,
        "model_name": "ResNet",
        "description": "Trained with care.",
    } | fields


def post(client, **fields):
    return client.post(reverse("profile"), form(**fields))


def test_it_works(client, team):
    response = post(client, study_url="10.1038/s41598-025-92156-9", code_url="https://example.org/code")
    submission = Submission.objects.get()
    assert response.status_code == 302
    assert response.url == submission.get_absolute_url()
    assert submission.team == team
    assert submission.study_url == "https://doi.org/10.1038/s41598-025-92156-9"
    assert submission.file.read() == CONTENT
    assert submission.evaluations.get().status == Evaluation.Status.QUEUED


def test_htmx_gets_the_new_state_without_a_reload(client):
    response = client.post(reverse("profile"), form(), headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in text
    assert "was received" in text
    assert elements(text, "#team-submissions[hx-swap-oob=true]")
    assert "Queued" in text


def test_strangers_are_sent_to_log_in(ground_truth, client):
    client.logout()
    response = post(client)
    assert response.status_code == 302
    assert reverse("account_login") in response.url
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"content": b""}, "The file is empty."),
        ({"name": "predictions.xlsx"}, "must be a .csv"),
        ({"upload": ""}, "Choose a file."),
        ({"resolution": 32}, "32 is not one of the available choices"),
        ({"resolution": ""}, "This field is required."),
        ({"model_name": " "}, "This field is required."),
        ({"model_name": "x" * 101}, "at most 100 characters"),
        ({"description": ""}, "This field is required."),
        ({"study_url": "a peer-reviewed paper"}, "neither a web address nor a DOI"),
        ({"study_url": "javascript:alert(1)"}, "neither a web address nor a DOI"),
        ({"code_url": "ftp//nonsense"}, "not a web address"),
    ],
)
def test_bad_fields_are_named_and_nothing_typed_is_lost(client, fields, message):
    response = post(client, **({"description": "Keep me."} | fields))
    text = response.content.decode()
    assert response.status_code == 200
    assert message in text
    assert ("Keep me." in text) == ("description" not in fields)
    assert not Submission.objects.exists()


def test_a_file_over_the_limit_is_refused_with_both_sizes(client, settings):
    settings.MAX_UPLOAD_BYTES = 100_000
    response = post(client, content=b"x" * 300_000, description="Keep me.")
    text = response.content.decode()
    assert "larger than 97.7\xa0KB (293.0\xa0KB)" in text
    assert "Keep me." in text
    assert not Submission.objects.exists()


def test_the_page_says_what_is_left_and_when_the_day_resets(client, submit, team):
    submit(team, content=CONTENT)
    day, total = elements(page_of(client, reverse("profile")), "#team-submissions .fact")
    tomorrow = (timezone.now().astimezone(UTC) + timedelta(days=1)).strftime("%-d %B %Y, 00:00")
    assert text_of(day).startswith(f"9 of 10 left today; resets on {tomorrow} UTC (in ")
    assert text_of(element(day, "time")) == f"{tomorrow} UTC"
    assert text_of(total).startswith("99 of 100 left in ")


def test_the_daily_limit_is_said_and_keeps_what_was_typed(client, submit, team):
    for number in range(10):
        submit(team, content=b"%d" % number)
    text = post(client, description="Keep me.").content.decode()
    tomorrow = (timezone.now().astimezone(UTC) + timedelta(days=1)).strftime("%-d %B %Y, 00:00")
    assert (
        f"Your team has reached the daily limit of submissions (10). The limit resets on {tomorrow} UTC."
        in text
    )
    assert "Keep me." in text
    assert Submission.objects.count() == 10


def test_lists_of_the_form_say_in_words_that_nothing_is_chosen(client):
    page = page_of(client, reverse("profile"))
    assert text_of(elements(page, "#id_resolution option")[0]) == "Choose"
    assert [text_of(one) for one in elements(page, "#id_family option")][:2] == ["Not stated", "CNN"]


def test_the_form_says_that_the_limit_is_reached_and_learns_when_it_is_not(client, submit, team):
    Phase.objects.update(daily_limit=1)
    submission = submit(team, content=CONTENT)
    limit = "Your team has reached the daily limit of submissions (1)."
    page = page_of(client, reverse("profile"))
    assert text_of(element(page, "#submit form #refusal")).startswith(limit)
    assert text_of(page).count(limit) == 1
    assert post(client, content=b"another").content.decode().count(limit) == 1

    Submission.objects.filter(pk=submission.pk).update(counts_toward_limits=False)
    part = client.get(reverse("profile_submissions"), headers={"HX-Request": "true"}).content.decode()
    notice = element(part, "#refusal[hx-swap-oob=true]")
    assert text_of(notice) == ""


def test_the_limit_in_all(client, submit, team):
    Phase.objects.update(total_limit=1)
    submit(team, content=CONTENT)
    assert (
        "Your team has reached the limit of submissions in this phase (1)." in post(client).content.decode()
    )


def test_yesterdays_submissions_do_not_count_for_today(client, submit, team):
    Phase.objects.update(daily_limit=1)
    submit(team, content=b"yesterday")
    Submission.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert post(client).status_code == 302


def test_failed_submissions_are_free_but_not_endless(client, submit_and_score, team):
    Phase.objects.update(daily_limit=1, daily_failure_limit=2)
    submit_and_score(team, content=CONTENT)
    submit_and_score(team, content=CONTENT)
    text = post(client).content.decode()
    assert "Too many of your submissions failed today." in text
    assert Submission.objects.count() == 2


def test_another_team_has_limits_of_its_own(client, submit, other_team):
    Phase.objects.update(daily_limit=1)
    submit(other_team, content=CONTENT)
    assert post(client).status_code == 302


def test_the_same_file_again_leads_to_the_first_submission(client):
    post(client)
    response = client.post(reverse("profile"), form(), follow=True)
    submission = Submission.objects.get()
    assert response.redirect_chain[-1][0] == submission.get_absolute_url()
    assert f"as submission #{submission.pk}" in response.content.decode()


def test_the_same_file_for_another_resolution_is_another_submission(client):
    post(client)
    post(client, resolution=64)
    assert Submission.objects.count() == 2


def test_a_failed_file_may_be_sent_again(client, submit_and_score, team):
    submit_and_score(team, content=CONTENT, model_name="ResNet")
    assert post(client).status_code == 302


@pytest.mark.parametrize(
    ("opens", "closes", "message"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC), "Submissions are closed."),
        (datetime(2120, 1, 1, tzinfo=UTC), None, "Open phase opens on 1 January 2120, 00:00 UTC"),
    ],
)
def test_outside_a_phase_nothing_is_taken(client, opens, closes, message):
    Phase.objects.update(opens_at=opens, closes_at=closes)
    page = page_of(client, reverse("profile"))
    assert message.rstrip(".") in text_of(page)
    assert not elements(page, "#submit form")
    post(client)
    assert not Submission.objects.exists()


def test_without_labels_nothing_is_taken(team, as_user):
    text = post(as_user(team)).content.decode()
    assert "The test labels have not been loaded yet" in text
    assert not Submission.objects.exists()


def test_an_empty_list_says_what_will_be_there(client):
    assert "No submissions yet." in page_of(client, reverse("profile"))
