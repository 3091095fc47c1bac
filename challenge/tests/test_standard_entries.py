"""Standard and non-standard entries: statements of teams, marks on pages, and corrections by organizers."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, Submission
from challenge.tests.pages import attribute, elements, page_of, text_of

SPECIAL = "Five networks, averaged; 8 flips & rotations at test time"
ADMIN = "/admin/challenge/submission/"
WHY = "Your paper says so."


@pytest.mark.parametrize(
    ("about", "is_standard"),
    [
        ({}, True),
        ({"external_data": True}, False),
        ({"special_methods": SPECIAL}, False),
        ({"external_data": True, "special_methods": SPECIAL}, False),
    ],
)
def test_standard_is_what_departs_in_nothing(about, is_standard, entry, team):
    submission = entry(team, 0.8, **about)
    assert submission.is_standard == is_standard
    assert Submission.objects.standard().contains(submission) == is_standard


def send(client: Client, **fields: object):
    upload = SimpleUploadedFile("predictions.csv", b"dataset\n")
    about = {"upload": upload, "resolution": 28, "model_name": "ResNet", "description": "A test."}
    return client.post("/profile/", about | fields)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [({}, ""), ({"special_methods": f"  {SPECIAL} "}, SPECIAL), ({"special_methods": "   "}, "")],
)
def test_a_team_says_what_goes_beyond_the_protocol(fields, kept, as_user, team, ground_truth):
    assert send(as_user(team), **fields).status_code == 302
    submission = Submission.objects.get()
    assert submission.special_methods == kept
    assert submission.is_standard == (kept == "")


def test_a_text_that_is_too_long_is_refused_and_kept_in_the_form(as_user, team, ground_truth):
    response = send(as_user(team), special_methods="x" * 201, reason=WHY)
    assert response.status_code == 200
    assert "at most 200 characters" in response.content.decode()
    assert "x" * 201 in response.content.decode()
    assert not Submission.objects.exists()


def test_the_form_explains_the_field(as_user, team, ground_truth):
    page = page_of(as_user(team), "/profile/")
    assert "Departures from the standard protocol" in page
    assert "/challenge/#standard" in attribute(page, "a", "href")


def tags_on(page: str) -> list[str]:
    return [text_of(tag) for tag in elements(page, ".tag")]


def test_the_page_of_an_entry_says_how_it_departs(entry, team, client):
    plain = page_of(client, entry(team, 0.8).get_absolute_url())
    assert "non-standard" not in plain
    assert "Beyond the" not in plain
    page = page_of(client, entry(team, 0.8, special_methods=SPECIAL).get_absolute_url())
    assert "non-standard" in tags_on(page)
    assert "8 flips &amp; rotations" in page
    page = page_of(client, entry(team, 0.8, external_data=True).get_absolute_url())
    assert "non-standard" in tags_on(page)
    assert "Data beyond MedMNIST+ was used for training." in page


def test_a_team_sees_the_mark_in_its_list(entry, team, as_user):
    entry(team, 0.8)
    assert "non-standard" not in tags_on(page_of(as_user(team), "/profile/submissions/"))
    entry(team, 0.8, special_methods=SPECIAL)
    assert tags_on(page_of(as_user(team), "/profile/submissions/")).count("non-standard") == 1


def test_the_rules_say_what_the_mark_means(client, db):
    page = page_of(client, "/challenge/")
    assert elements(page, "#standard")
    assert "non-standard" in tags_on(page)
    assert "ensemble" in page
    assert "seeds of one method" in page


# --- Corrections by organizers ------------------------------------------------------------------------


def correct(client: Client, *rows: Submission, **about: object):
    chosen = {"action": "correct_protocol", "_selected_action": [row.pk for row in rows]}
    return client.post(ADMIN, chosen | about, follow=True)


def test_organizers_correct_what_a_team_said(entry, team, as_user, organizer):
    submission, client = entry(team, 0.8, external_data=True), as_user(organizer)
    asked = correct(client, submission).content.decode()
    assert elements(asked, "[name=special_methods]")
    assert elements(asked, "[name=external_data][checked]")
    submission.refresh_from_db()
    assert submission.external_data, "it asks first"

    response = correct(client, submission, confirm="yes", special_methods=SPECIAL, reason=WHY)
    assert f"{submission} is corrected." in response.content.decode()
    submission.refresh_from_db()
    assert (submission.external_data, submission.special_methods) == (False, SPECIAL)
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.submission, line.reason) == (
        organizer,
        "corrected the protocol",
        submission,
        WHY,
    )
    assert line.before == {"external_data": True, "special_methods": ""}
    assert line.after == {"external_data": False, "special_methods": SPECIAL}

    correct(client, submission, confirm="yes", external_data="on", special_methods="", reason=WHY)
    submission.refresh_from_db()
    assert (submission.external_data, submission.special_methods) == (True, "")


def test_a_correction_that_is_too_long_is_not_taken(entry, team, as_user, organizer):
    submission = entry(team, 0.8)
    response = correct(as_user(organizer), submission, confirm="yes", special_methods="x" * 201, reason=WHY)
    assert "at most 200 characters" in response.content.decode()
    submission.refresh_from_db()
    assert submission.is_standard
    assert not HistoryLine.objects.exists()


def test_one_at_a_time(entry, team, as_user, organizer):
    rows = [entry(team, 0.8), entry(team, 0.9)]
    response = correct(as_user(organizer), *rows, confirm="yes", special_methods=SPECIAL, reason=WHY)
    assert "select one submission." in response.content.decode()
    assert Submission.objects.standard().count() == 2


def test_who_may_only_look_corrects_nothing(entry, team, as_user):
    helper = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_submission"))
    submission = entry(team, 0.8)
    correct(as_user(helper), submission, confirm="yes", special_methods=SPECIAL, reason=WHY)
    submission.refresh_from_db()
    assert submission.is_standard


def test_organizers_find_what_is_special(entry, team, as_user, organizer):
    entry(team, 0.8, model_name="Plain one")
    entry(team, 0.8, model_name="Special one", special_methods=SPECIAL)
    listed = page_of(as_user(organizer), f"{ADMIN}?special_methods__isempty=0")
    assert "Special one" in listed
    assert "Plain one" not in listed
