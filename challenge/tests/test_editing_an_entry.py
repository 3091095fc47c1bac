"""Edits of an entry by its team: what can be changed, what is kept of the earlier texts, and who may not."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from challenge.models import FACT_FIELDS, Submission, SubmissionRevision
from challenge.services import entries, groups, history, submissions
from challenge.services.figure_files import figures_path
from challenge.tests.pages import attribute, element, elements, page_of, text_of
from challenge.tests.processes import in_parallel

TEXTS = {"model_name": "ResNet-18", "description": "Trained with care."}


@pytest.fixture
def client(team, as_user) -> Client:
    return as_user(team)


@pytest.fixture
def mine(team, entry) -> Submission:
    """A public entry that was scored an hour ago."""
    hour_ago = timezone.now() - timedelta(hours=1)
    return entry(team, 0.9, first_outcome_at=hour_ago, sha256="a" * 64, **TEXTS)


def edit(client: Client, submission: Submission, **changes):
    """Post the form of the entry with some values changed."""
    return client.post(f"/submissions/{submission.pk}/edit/", TEXTS | {"visibility": "public"} | changes)


def stated(submission: Submission) -> Submission:
    submission.refresh_from_db()
    return submission


def test_all_that_a_team_states_can_be_changed(client, mine):
    changes = {
        "model_name": "ResNet-50",
        "description": "Trained with more care.",
        "study_url": "10.1038/s41598-025-92156-9",
        "code_url": "https://example.org/code",
        "external_data": "on",
        "special_methods": "An ensemble.",
        "parameters_millions": "25.6",
        "family": "cnn",
        "pretraining": "natural",
        "pretraining_name": "ImageNet-1k",
        "n_networks": "5",
        "sharing": "each",
        "training_hours": "3.5",
        "hardware": "1 × A100",
        "code_licence": "MIT",
    }
    response = edit(client, mine, **changes)
    assert response.status_code == 302
    assert response.url == mine.get_absolute_url()
    stated(mine)
    expected = changes | {
        "study_url": "https://doi.org/10.1038/s41598-025-92156-9",
        "external_data": True,
        "parameters_millions": 25.6,
        "n_networks": 5,
        "training_hours": 3.5,
    }
    assert {name: getattr(mine, name) for name in changes} == expected


def test_the_form_contains_what_the_entry_says(client, mine):
    Submission.objects.filter(pk=mine.pk).update(hardware="1 × A100", code_url="https://example.org/code")
    page = page_of(client, f"/submissions/{mine.pk}/edit/")
    assert attribute(page, "[name=model_name]", "value") == ["ResNet-18"]
    assert attribute(page, "[name=code_url]", "value") == ["https://example.org/code"]
    assert text_of(element(page, "textarea")) == "Trained with care."
    assert attribute(page, "[name=hardware]", "value") == ["1 × A100"]
    assert attribute(page, "[name=visibility][checked]", "value") == ["public"]
    assert elements(page, "details[open] [name=hardware]")


def test_earlier_values_are_kept_with_their_time(client, mine):
    before = timezone.now()
    edit(client, mine, model_name="ResNet-50", family="cnn")
    edit(client, mine, model_name="ResNet-101", family="cnn")
    newest, oldest = SubmissionRevision.objects.filter(submission=mine)
    assert oldest.values == {"model_name": "ResNet-18", "family": ""}
    assert newest.values == {"model_name": "ResNet-50"}
    assert before < oldest.replaced_at < newest.replaced_at < timezone.now()


def test_nothing_changed_is_no_revision(client, mine):
    assert edit(client, mine).status_code == 302
    assert not SubmissionRevision.objects.exists()


def test_line_breaks_of_browsers_are_no_change(client, mine):
    Submission.objects.filter(pk=mine.pk).update(description="One.\nTwo.")
    edit(client, mine, description="One.\r\nTwo.")
    assert not SubmissionRevision.objects.exists()


def test_readers_see_that_and_when_it_was_edited_but_not_the_earlier_text(client, mine):
    assert "Edited on" not in page_of(Client(), mine.get_absolute_url())
    edit(client, mine, model_name="ResNet-50")
    page = text_of(page_of(Client(), mine.get_absolute_url()))
    assert f"Edited on {timezone.now():%-d %b %Y}" in page
    assert "ResNet-50" in page
    assert "ResNet-18" not in page


def test_an_edit_before_the_first_scores_is_not_announced(client, mine):
    Submission.objects.filter(pk=mine.pk).update(first_outcome_at=timezone.now() + timedelta(hours=1))
    edit(client, mine, model_name="ResNet-50")
    assert "Edited on" not in page_of(client, mine.get_absolute_url())


def test_the_leaderboard_has_the_new_name(client, mine, django_capture_on_commit_callbacks):
    assert "ResNet-18" in page_of(Client(), "/leaderboard/?resolution=224")
    with django_capture_on_commit_callbacks(execute=True):
        edit(client, mine, model_name="ResNet-50")
    page = page_of(Client(), "/leaderboard/?resolution=224")
    assert "ResNet-50" in page
    assert "ResNet-18" not in page


def test_figures_with_the_old_name_are_deleted(
    client, mine, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.FIGURES_DIR = tmp_path
    figures_path(mine.evaluations.get()).write_bytes(b"the figures")
    with django_capture_on_commit_callbacks(execute=True):
        edit(client, mine, model_name="ResNet-50")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_name": ""}, "This field is required."),
        ({"model_name": "x" * 101}, "at most 100 characters"),
        ({"model_name": "a\0b"}, "Null characters are not allowed."),
        ({"description": "a\0b"}, "Null characters are not allowed."),
        ({"hardware": "a\0b"}, "Null characters are not allowed."),
        ({"description": " "}, "This field is required."),
        ({"description": "x" * 2001}, "at most 2000 characters"),
        ({"study_url": "javascript:alert(1)"}, "neither a web address nor a DOI"),
        ({"code_url": "javascript:alert(1)"}, "not a web address"),
        ({"code_url": "data:text/html,x"}, "not a web address"),
        ({"parameters_millions": "-1"}, "greater than or equal to"),
        ({"parameters_millions": "nan"}, "Enter a number."),
        ({"training_hours": "inf"}, "Enter a number."),
        ({"n_networks": "0"}, "greater than or equal to 1"),
        ({"n_networks": "1.5"}, "Enter a whole number."),
        ({"family": "mlp"}, "mlp is not one of the available choices"),
        ({"visibility": "secret"}, "secret is not one of the available choices"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(client, mine, changes, message):
    response = edit(client, mine, special_methods="Keep me.", **changes)
    assert response.status_code == 200
    assert message in response.text
    assert attribute(response.text, "[name=special_methods]", "value") == ["Keep me."]
    assert not SubmissionRevision.objects.exists()
    assert stated(mine).model_name == "ResNet-18"


def test_an_error_in_a_fact_unfolds_the_facts(client, mine):
    page = edit(client, mine, n_networks="0").text
    assert elements(page, "details[open] [name=n_networks].is-invalid")


def test_a_disqualified_entry_cannot_be_edited(client, mine):
    submissions.disqualify(mine, "Trained on the test set.", by=history.COMMAND)
    for response in (
        client.get(f"/submissions/{mine.pk}/edit/", follow=True),
        edit(client, mine, follow=True),
    ):
        page = client.get(mine.get_absolute_url()).text if response.status_code == 302 else response.text
        assert "This entry was disqualified and cannot be changed." in page
    with pytest.raises(entries.EntryRefusedError):
        entries.edit_entry(mine, model_name="ResNet-50")
    assert stated(mine).model_name == "ResNet-18"
    assert f"/submissions/{mine.pk}/edit/" not in page_of(client, mine.get_absolute_url())


def test_a_failed_submission_can_be_edited(client, team, submit_and_score):
    failed = submit_and_score(team, content=b"nonsense")
    edit(client, failed, model_name="ResNet-50")
    assert stated(failed).model_name == "ResNet-50"


def test_a_submission_that_waits_can_be_edited(client, team, submit):
    waiting = submit(team)
    edit(client, waiting, model_name="ResNet-50")
    assert stated(waiting).model_name == "ResNet-50"


def test_fields_that_are_not_the_teams_to_set_are_ignored(client, mine, other_team):
    forbidden = {
        "team": other_team.pk,
        "resolution": 28,
        "sha256": "b" * 64,
        "phase": 99,
        "disqualified_at": "",
        "withdrawn_at": "2026-01-01",
        "chosen_at": "2026-01-01",
        "training": "{}",
    }
    before = Submission.objects.filter(pk=mine.pk).values().get()
    upload = SimpleUploadedFile("predictions.csv", b"other predictions")
    assert edit(client, mine, upload=upload, **forbidden).status_code == 302
    assert Submission.objects.filter(pk=mine.pk).values().get() == before


def test_the_service_edits_no_other_fields(mine):
    with pytest.raises(TypeError, match="resolution"):
        entries.edit_entry(mine, resolution=28)


def test_what_an_organizer_has_corrected_stays_corrected(client, mine):
    entries.correct_protocol(mine, external_data=True, special_methods="", by=history.COMMAND)
    assert "Edited on" not in page_of(client, mine.get_absolute_url())
    response = edit(client, mine, model_name="ResNet-50")
    assert "An organizer has corrected" in response.text
    assert stated(mine).external_data
    assert mine.model_name == "ResNet-18"
    edit(client, mine, model_name="ResNet-50", external_data="on")
    assert stated(mine).model_name == "ResNet-50"


def test_a_seed_that_becomes_non_standard_makes_its_group_non_standard(client, team, mine, entry):
    group = groups.create_group(
        team=team, name="Seeds", members=[mine.pk, entry(team, 0.8, sha256="b" * 64).pk]
    )
    assert group.is_standard
    edit(client, mine, special_methods="An ensemble.")
    assert not group.is_standard


def test_others_find_no_form(mine, as_user, other_team, organizer):
    for who in (other_team, organizer):
        assert as_user(who).get(f"/submissions/{mine.pk}/edit/").status_code == 404
        assert edit(as_user(who), mine, model_name="Taken over").status_code == 404
        assert f"/submissions/{mine.pk}/edit/" not in page_of(as_user(who), mine.get_absolute_url())
    assert edit(Client(), mine, model_name="Taken over").url.startswith("/accounts/login/")
    assert stated(mine).model_name == "ResNet-18"


def test_organizers_see_the_earlier_values(client, mine, as_user, organizer):
    edit(client, mine, model_name="<b>ResNet-50</b>")
    edit(client, mine, model_name="ResNet-101")
    page = page_of(as_user(organizer), f"/admin/challenge/submission/{mine.pk}/change/")
    assert "model_name: ResNet-18" in text_of(page)
    assert "model_name: <b>ResNet-50</b>" in text_of(page)
    assert not elements(page, "[name*=revisions][type=text]")


def test_the_entrys_page_leads_its_team_to_the_form(client, mine):
    page = page_of(client, mine.get_absolute_url())
    assert f"/submissions/{mine.pk}/edit/" in attribute(page, "main a", "href")


@pytest.mark.django_db(transaction=True)
def test_edits_at_the_same_time_lose_no_earlier_value(mine):
    names = [f"Model {number}" for number in range(6)]
    in_parallel([partial(entries.edit_entry, mine, model_name=name) for name in names])
    earlier = [revision.values["model_name"] for revision in SubmissionRevision.objects.all()]
    assert sorted([*earlier, stated(mine).model_name]) == sorted(["ResNet-18", *names])


def test_every_fact_is_in_the_form(client, mine):
    page = page_of(client, f"/submissions/{mine.pk}/edit/")
    for name in FACT_FIELDS:
        assert elements(page, f"details [name={name}]"), name
