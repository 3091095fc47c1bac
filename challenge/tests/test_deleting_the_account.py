"""Deletion of an account: which data is deleted, and which stays."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client

from accounts.models import Team
from challenge.models import Evaluation, Submission, SubmissionRevision
from challenge.services import entries, evaluations, history, submissions
from challenge.services.accounts import close_account
from conftest import PASSWORD

URL = "/accounts/delete/"
GO = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def _no_attempts_counted() -> None:
    """Clear the counters of the rate limits, because the cache outlives a test."""
    cache.clear()


@pytest.fixture
def logged_in(as_user, confirmed, team) -> Client:
    return as_user(confirmed(team))


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    """Run callbacks that wait for the commit, within the test's own transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_without_public_results_nothing_remains(logged_in, team, submit, on_commit):
    pending = submit(team)
    failed = submit(team, content=b"nonsense")
    evaluations.evaluate(failed.evaluations.get().pk)
    files = [pending.file.name, failed.file.name]
    assert all(map(default_storage.exists, files))

    with on_commit():
        response = logged_in.post(URL, GO, follow=True)
    assert "Your account has been deleted." in response.text
    for model in (Team, Submission, Evaluation, EmailAddress):
        assert not model.objects.exists()
    assert not any(map(default_storage.exists, files))


def test_public_results_stay_under_the_name(logged_in, team, submit, submit_and_score, as_user, on_commit):
    public, pending = submit_and_score(team), submit(team, skill=2.0)
    elsewhere = as_user(team)
    with on_commit():
        logged_in.post(URL, GO | {"public_results": "keep"})

    gone = Team.objects.get()
    assert gone.name == "Team Alpha"
    assert gone.email is None
    assert not gone.has_usable_password()
    assert not gone.is_active
    assert gone.closed_at
    assert not EmailAddress.objects.exists()
    assert list(Submission.objects.all()) == [public]
    assert default_storage.exists(public.file.name)
    assert not default_storage.exists(pending.file.name)
    assert elsewhere.get("/profile/").status_code == 302
    assert "Team Alpha" in Client().get("/leaderboard/?resolution=28").text


def test_public_results_can_be_anonymised(logged_in, team, submit_and_score):
    submit_and_score(team)
    logged_in.post(URL, GO | {"public_results": "anonymise"})
    gone = Team.objects.get()
    assert gone.name.startswith("Anonymous team ")
    page = Client().get("/leaderboard/?resolution=28").text
    assert gone.name in page
    assert "Team Alpha" not in page


def test_two_anonymous_teams_have_different_names(team, other_team, submit_and_score):
    for leaving in (team, other_team):
        submit_and_score(leaving)
        close_account(leaving, keep_name=False)
    assert len({t.name_key for t in Team.objects.all()}) == 2


def test_a_disqualified_submission_is_not_public(team, submit_and_score):
    submissions.disqualify(submit_and_score(team), "Trained on the test set.", by=history.COMMAND)
    close_account(team, keep_name=True)
    assert not Team.objects.exists()


def test_others_lose_nothing(logged_in, team, other_team, submit):
    theirs = submit(other_team)
    logged_in.post(URL, GO)
    assert list(Submission.objects.all()) == [theirs]
    assert default_storage.exists(theirs.file.name)


def test_a_name_that_stays_stays_taken_and_one_that_goes_is_free(client, team, submit_and_score):
    submit_and_score(team)
    close_account(team, keep_name=True)
    entry = {
        "username": "Team Alpha",
        "email": "alpha@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert "already registered" in client.post("/accounts/signup/", entry).text
    Submission.objects.all().delete()
    Team.objects.all().delete()
    assert client.post("/accounts/signup/", entry).status_code == 302


def test_files_stay_if_the_deletion_is_rolled_back(team, submit, on_commit):
    submission = submit(team)

    with on_commit(), transaction.atomic():
        close_account(team, keep_name=True)
        transaction.set_rollback(True)
    assert Submission.objects.get() == submission
    assert default_storage.exists(submission.file.name)


def test_a_file_that_cannot_be_deleted_does_not_keep_the_others(team, submit, on_commit, monkeypatch, caplog):
    broken, other = submit(team), submit(team, skill=2.0)
    delete = default_storage.delete

    def delete_others(name: str) -> None:
        if name == broken.file.name:
            raise OSError("The disk is full of errors.")
        delete(name)

    monkeypatch.setattr(default_storage, "delete", delete_others)
    with on_commit():
        close_account(team, keep_name=True)
    assert "The disk is full of errors." in caplog.text
    assert default_storage.exists(broken.file.name)
    assert not default_storage.exists(other.file.name)
    assert not Team.objects.exists()


@pytest.mark.parametrize("change", ["private", "withdrawn"])
def test_what_others_do_not_see_is_deleted(team, submit_and_score, on_commit, change):
    submission = submit_and_score(team)
    if change == "private":
        entries.set_visibility(submission, "private")
    else:
        entries.withdraw(submission, delete_file=False)
    with on_commit():
        close_account(team, keep_name=True)
    assert not Team.objects.exists()
    assert not default_storage.exists(submission.file.name)


def test_an_anonymous_result_stays_anonymous(logged_in, team, submit_and_score):
    submission = submit_and_score(team, visibility="anonymous")
    logged_in.post(URL, GO | {"public_results": "keep"})
    submission.refresh_from_db()
    assert submission.is_anonymous
    assert submission.public_team_name == "Anonymous team"


@pytest.mark.parametrize(("decision", "remain"), [("keep", 1), ("anonymise", 0)])
def test_earlier_texts_go_with_the_name(logged_in, team, submit_and_score, decision, remain):
    submission = submit_and_score(team, code_url="https://example.org/team-alpha")
    entries.edit_entry(submission, code_url="")
    logged_in.post(URL, GO | {"public_results": decision})
    assert SubmissionRevision.objects.count() == remain


def test_who_has_left_cannot_come_back(client, team, submit_and_score, mailoutbox):
    submit_and_score(team)
    close_account(team, keep_name=True)
    mailoutbox.clear()
    assert (
        "not correct" in client.post("/accounts/login/", {"login": "Team Alpha", "password": PASSWORD}).text
    )
    client.post("/accounts/password/reset/", {"email": "alpha@example.org"})
    assert "There is no account with this address" in mailoutbox[-1].body


@pytest.mark.parametrize(
    ("data", "message"), [({}, "required"), ({"password": "wrong"}, "This is not your password.")]
)
def test_it_needs_the_password(logged_in, team, data, message):
    assert message in logged_in.post(URL, data).text
    assert Team.objects.exists()


def test_it_needs_a_decision_about_public_results(logged_in, team, submit_and_score):
    submit_and_score(team)
    assert "This field is required." in logged_in.post(URL, GO).text
    assert "Select a valid choice." in logged_in.post(URL, GO | {"public_results": "sell"}).text
    assert Team.objects.get().closed_at is None


def test_guessing_the_password_is_stopped(logged_in, team):
    for _ in range(5):
        logged_in.post(URL, {"password": "wrong"})
    assert "Too many failed attempts." in logged_in.post(URL, GO).text
    assert Team.objects.exists()


def test_the_page_says_what_will_happen(logged_in, team, submit_and_score):
    assert "nothing of your account remains" in logged_in.get(URL).text
    submit_and_score(team)
    page = logged_in.get(URL).text
    assert "1 public result" in page
    assert "to score again" in page


def test_it_is_for_teams_that_are_logged_in(client, db):
    assert client.get(URL).url == f"/accounts/login/?next={URL}"
    assert client.post(URL, GO).status_code == 302


def test_organizers_cannot(as_user, organizer):
    client = as_user(organizer)
    assert URL not in client.get("/accounts/email/").text
    for response in (client.get(URL), client.post(URL, GO)):
        assert response.status_code == 403
        assert "You are an organizer." in response.text
    assert Team.objects.exists()
