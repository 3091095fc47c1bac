"""A team chooses the phase of a submission where several are open; each phase has limits of its own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from challenge.models import Phase, Submission
from challenge.services import submissions
from challenge.tests.pages import attribute, elements, page_of, text_of

PROFILE = reverse("profile")
ABOUT = {"resolution": 28, "model_name": "ResNet", "description": "A test."}


def post(client, content: bytes = b"one", **about):
    return client.post(PROFILE, ABOUT | {"upload": SimpleUploadedFile("a.csv", content)} | about)


@pytest.fixture
def client(ground_truth, team, as_user):
    return as_user(team)


def test_with_one_open_phase_there_is_no_choice(client, first, second):
    Phase.objects.filter(pk=second.pk).update(closes_at="2025-02-01T00:00Z")
    assert not elements(page_of(client, PROFILE), "#id_phase")
    assert post(client).status_code == 302
    assert Submission.objects.get().phase == first


def test_the_team_chooses_one_of_the_open_phases(client, first, second):
    page = page_of(client, PROFILE)
    assert [text_of(one) for one in elements(page, "#id_phase option")] == ["Choose", first.name, "Second"]
    assert post(client, phase=second.pk).status_code == 302
    assert Submission.objects.get().phase == second


def test_without_a_choice_the_form_asks_for_it(client, first, second):
    response = post(client)
    assert "This field is required." in response.text
    assert not Submission.objects.exists()


def test_a_phase_that_has_closed_in_the_meantime_is_refused(client, first, second):
    Phase.objects.filter(pk=second.pk).update(closes_at="2025-02-01T00:00Z")
    assert "This phase does not take submissions now. Choose another." in post(client, phase=second.pk).text
    assert not Submission.objects.exists()


def test_the_service_names_the_open_phases(submit, team, first, second):
    Phase.objects.filter(pk=second.pk).update(closes_at="2025-02-01T00:00Z")
    with pytest.raises(submissions.SubmissionRefusedError) as error:
        submit(team, content=b"one", phase=second)
    assert str(error.value) == f"Second does not take submissions now. Choose “{first.name}”."


def test_each_phase_has_its_limits(client, team, first, second):
    Phase.objects.filter(pk=second.pk).update(daily_limit=1)
    post(client, b"one", phase=second.pk)
    assert "daily limit of submissions (1)" in post(client, b"two", phase=second.pk).text
    assert post(client, b"three", phase=first.pk).status_code == 302
    shown = text_of(page_of(client, PROFILE))
    assert "0 of 1 left today in “Second”" in shown
    assert f"9 of 10 left today in “{first.name}”" in shown


def test_the_same_file_may_be_sent_once_in_each_phase(client, first, second):
    assert post(client, phase=first.pk).status_code == 302
    assert post(client, phase=second.pk).status_code == 302
    assert Submission.objects.count() == 2
    post(client, phase=second.pk)
    assert Submission.objects.count() == 2


def test_the_home_page_names_all_open_phases(client, first, second):
    shown = text_of(page_of(client, "/"))
    assert f"{first.name}: submissions are open" in shown
    assert "Second: submissions are open" in shown


def test_the_list_of_a_team_says_the_phase(client, first, second):
    post(client, phase=second.pk)
    assert "Second · 28" in text_of(elements(page_of(client, PROFILE), ".submission-item")[0])


def test_without_scripts_the_choice_has_a_label(client, first, second):
    assert "id_phase" in attribute(page_of(client, PROFILE), "label", "for")
