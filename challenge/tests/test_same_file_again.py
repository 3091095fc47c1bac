"""A file that a team sends again: with the same words, with other words, or where it is another submission."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from challenge.models import Submission
from challenge.models.visibility import today
from challenge.services import entries, history, submissions
from challenge.tests.pages import attribute, element, elements, page_of, text_of

PROFILE = reverse("profile")
CONTENT = b"dataset,index,p0\n"
WORDS = {"model_name": "ResNet", "description": "Trained with care.", "visibility": "public"}


@pytest.fixture
def client(team, ground_truth, as_user) -> Client:
    return as_user(team)


def send(client: Client, content: bytes = CONTENT, headers: dict | None = None, **fields):
    upload = SimpleUploadedFile("predictions.csv", content)
    return client.post(PROFILE, {"upload": upload, "resolution": 28} | WORDS | fields, headers=headers)


@pytest.fixture
def first(client) -> Submission:
    send(client)
    return Submission.objects.get()


def test_the_same_words_lead_to_the_first_submission(client, first):
    response = send(client)
    assert response.url == first.get_absolute_url()
    page = page_of(client, response.url)
    assert f"You have already submitted this file at 28 × 28, as submission #{first.pk} (“ResNet”)." in page
    assert "The file was not submitted again." in page
    assert Submission.objects.get() == first


@pytest.mark.parametrize(
    "changes",
    [
        {"model_name": "ViT"},
        {"description": "Trained with more care."},
        {"external_data": "on"},
        {"visibility": "private"},
        {"hardware": "1 × A100"},
        {"parameters_millions": "11.2"},
        {"code_url": "https://example.org/code"},
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_other_words_are_an_edit_of_the_first_submission(client, first, changes, headers):
    page = send(client, headers=headers, **changes).text
    alert = element(page, "form .alert-danger")
    assert f"as submission #{first.pk} (“ResNet”). The file was not submitted again." in text_of(alert)
    (address,) = attribute(alert, "a", "href")
    assert Submission.objects.get() == first
    form = element(page_of(client, address), "main form")
    typed = {name: value for name, value in changes.items() if name not in ("external_data", "visibility")}
    for name, value in typed.items():
        field = element(form, f"[name={name}]")
        assert (field.attributes.get("value") or text_of(field)) == value
    if "external_data" in changes:
        assert elements(form, "[name=external_data][checked]")
    if "visibility" in changes:
        assert attribute(form, "[name=visibility][checked]", "value") == ["private"]
    first.refresh_from_db()
    assert first.model_name == "ResNet"


def test_saving_the_form_takes_the_words_over(client, first):
    until = today().replace(year=today().year + 1, day=1).isoformat()
    page = send(client, model_name="ViT", visibility="anonymous", anonymous_until=until).text
    (address,) = attribute(page, "form .alert-danger a", "href")
    form = page_of(client, address)
    assert "what you typed when you sent the same file again" in text_of(form)
    assert attribute(form, "[name=anonymous_until]", "value") == [until]
    changes = WORDS | {"model_name": "ViT", "visibility": "anonymous", "anonymous_until": until}
    assert client.post(address, changes).status_code == 302
    first.refresh_from_db()
    assert (first.model_name, first.visibility) == ("ViT", "anonymous")
    assert "what you typed" not in text_of(page_of(client, address))


def test_the_edit_form_of_itself_shows_what_the_entry_says(client, first):
    send(client, model_name="ViT")
    page = page_of(client, f"/submissions/{first.pk}/edit/")
    assert attribute(page, "[name=model_name]", "value") == ["ResNet"]


def test_what_was_typed_about_one_entry_is_not_in_the_form_of_another(client, first, team, submit):
    other = submit(team, content=b"other", model_name="Other")
    send(client, model_name="ViT")
    page = page_of(client, f"/submissions/{other.pk}/edit/?typed")
    assert attribute(page, "[name=model_name]", "value") == ["Other"]


def test_markup_in_the_words_stays_text(client, first):
    Submission.objects.update(model_name="<b>ResNet</b>")
    page = send(client, model_name="ViT").text
    assert "“<b>ResNet</b>”" in text_of(element(page, "form .alert-danger"))


def test_another_file_or_resolution_is_another_submission(client, first):
    send(client, resolution=64)
    send(client, content=b"other", model_name="ViT")
    assert Submission.objects.count() == 3


def test_another_team_may_send_the_same_file(client, first, as_user, other_team):
    send(as_user(other_team))
    assert Submission.objects.count() == 2


def test_a_failed_file_may_be_sent_again(client, team, submit_and_score):
    submit_and_score(team, content=CONTENT)
    send(client, model_name="ViT")
    assert Submission.objects.count() == 2


def test_a_withdrawn_file_may_be_sent_again(client, first):
    entries.withdraw(first, delete_file=True)
    send(client, model_name="ViT")
    assert Submission.objects.count() == 2


def test_a_disqualified_file_stays_out_and_is_not_edited(client, first):
    submissions.disqualify(first, "A reason.", by=history.COMMAND)
    response = send(client, model_name="ViT")
    assert response.url == first.get_absolute_url()
    assert "The file was not submitted again." in page_of(client, response.url)
    assert Submission.objects.count() == 1


def test_baselines_of_two_trainings_may_predict_the_same(client, team, first, submit):
    submit(team, content=CONTENT, training={"seed": 1}, model_name="Baseline 1")
    submit(team, content=CONTENT, training={"seed": 2}, model_name="Baseline 2")
    with pytest.raises(submissions.DuplicateSubmissionError):
        submit(team, content=CONTENT, training={"seed": 3}, model_name="Baseline 2")
    assert Submission.objects.count() == 3
