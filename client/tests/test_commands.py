"""The command on the site: what it prints, and its exit status."""

import json
import re
import stat

import httpx
import pytest

from challenge.models import Evaluation, Phase, Submission
from challenge.scoring.demo import make_demo_predictions
from challenge.tests.bad_files.short_splits import SHORT
from challenge.tests.scoring.layouts import canonical_text
from medbig import settings
from medbig.client import Client

pytestmark = pytest.mark.usefixtures("site_of_few_rows")


@pytest.fixture(scope="module")
def content(short_labels) -> str:
    return canonical_text(make_demo_predictions(short_labels, SHORT, skill=1, seed=0), SHORT)


@pytest.fixture
def file(content, tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_text(content)
    return path


@pytest.fixture
def submit(medbig, file):
    """Return a function that submits the file."""
    return lambda *more: medbig("submit", "-f", file, "-m", "Net", "-r", "28", "-d", "Trained.", *more)


def test_submitting_and_waiting_prints_scores_rank_and_range(submit):
    ran = submit("--wait")
    assert ran.status == 0
    submission = Submission.objects.get()
    assert f"Submission #{submission.pk} was accepted: " in ran.err
    heads, *rows = [line.split("\t") for line in ran.out.splitlines()]
    assert heads == ["metric", "score", "low", "high", "rank", "range", "of"]
    assert [row[0] for row in rows] == ["auc", "balanced_accuracy", "cohen_kappa", "accuracy"]
    assert rows[0][1] == f"{submission.evaluations.get().auc:.4f}"
    assert rows[0][4:] == ["1", "1", "1"]


def test_the_place_in_the_queue_is_told_while_waiting(submit, entry, other_team):
    for _ in range(2):
        Evaluation.objects.filter(submission=entry(other_team, 0.9)).update(
            status=Evaluation.Status.QUEUED, scored_at=None
        )
    ran = submit("--wait")
    assert "Waiting in the queue: 2 submissions before yours" in ran.err


def test_a_private_submission_is_scored_and_not_ranked(submit):
    ran = submit("--private", "--wait", "--format", "json")
    sent = json.loads(ran.out)
    assert (ran.status, sent["visibility"], sent["state"], sent["ranks"]) == (0, "private", "scored", None)


def test_a_dry_run_sends_nothing_and_tells_what_is_left(submit):
    ran = submit("--dry-run")
    assert ran.status == 0
    assert "The file is valid. It was not sent." in ran.err
    assert "1000 of 1000 submissions left today" in ran.err
    assert not Submission.objects.exists()


def test_a_file_that_fails_ends_with_1_and_its_reasons(submit, file, content):
    file.write_text(content.replace("breastmnist,0,", "breastmnist,1,"))
    ran = submit("--wait")
    assert ran.status == 1
    assert "breastmnist" in ran.err
    assert submit("--dry-run").status == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--private", "--anonymous"], "not both"),
        (["--study", "javascript:alert(1)"], "study_url: "),
        (["-r", "29"], "29 is not one of 28, 64, 128, 224"),
        (["--description", ""], "Describe the method"),
    ],
)
def test_what_is_not_valid_ends_with_2(more, words, submit):
    ran = submit(*more)
    assert ran.status == 2
    assert words in ran.err
    assert not Submission.objects.exists()


def test_a_limit_ends_with_3(submit):
    Phase.objects.update(daily_limit=0)
    ran = submit()
    assert ran.status == 3
    assert "daily limit" in ran.err


def test_a_site_that_cannot_be_reached_ends_with_4(submit, monkeypatch):
    def refuse(request):
        raise httpx.ConnectError("Connection refused")

    monkeypatch.setitem(Client.__init__.__kwdefaults__, "transport", httpx.MockTransport(refuse))
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "sleep", lambda seconds: None)
    ran = submit()
    assert ran.status == 4
    assert ran.err.splitlines()[-1] == "http://testserver cannot be reached: Connection refused"
    assert "Trying again in 8 s." in ran.err


def test_the_same_file_again_makes_nothing_new(submit):
    submit()
    again = submit()
    assert again.status == 0
    assert "nothing new was made" in again.err
    other = submit("-m", "Another")
    assert other.status == 1
    assert "already submitted this file" in other.err
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("reference", ["{}", "#{}", "http://testserver/submissions/{}/"])
def test_a_submission_is_shown_changed_and_withdrawn(reference, submit, medbig):
    submit("--wait")
    submission = Submission.objects.get()
    reference = reference.format(submission.pk)
    shown = medbig("submission", reference)
    assert shown.status == 0
    assert shown.out == medbig("submission", reference, "result").out
    assert json.loads(medbig("submission", reference, "--format", "json").out)["id"] == submission.pk
    changed = medbig("submission", reference, "edit", "--name", "Better", "--visibility", "private")
    assert changed.status == 0, changed.err
    submission.refresh_from_db()
    assert (submission.model_name, submission.visibility, submission.description) == (
        "Better",
        "private",
        "Trained.",
    )
    withdrawn = medbig("submission", reference, "withdraw")
    assert (withdrawn.status, withdrawn.err) == (0, f"Submission #{submission.pk} was withdrawn.\n")
    submission.refresh_from_db()
    assert submission.is_withdrawn


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["submission", "x"], 2, "no number of a submission"),
        (["submission", "12", "delete"], 2, "No such command 'delete'"),
        (["submission", "12", "edit"], 2, "Say what to change"),
        (["submission", "12"], 1, "Your team has no submission #12"),
        (["download", "12"], 1, "Your team has no submission #12"),
    ],
)
def test_mistakes_are_named(arguments, status, words, medbig):
    ran = medbig(*arguments)
    assert ran.status == status
    assert words in ran.err


def test_own_submissions_are_listed_in_each_form(submit, medbig):
    assert "sent nothing yet" in medbig("submissions").err
    submit("--wait")
    heads, line = medbig("submissions").out.splitlines()
    assert dict(zip(heads.split("\t"), line.split("\t"), strict=True))["name"] == "Net"
    (row,) = json.loads(medbig("submissions", "--format", "json").out)
    assert row["state"] == "scored"
    heads, line = medbig("submissions", "--format", "csv").out.splitlines()
    assert {"id", "url", "auc", "cohen_kappa"} <= set(heads.split(","))
    assert "{" not in line


def test_a_file_is_downloaded_as_it_was_sent(submit, medbig, content, tmp_path):
    submit()
    target = tmp_path / "again.csv"
    ran = medbig("download", Submission.objects.get().pk, "--to", target)
    assert (ran.status, ran.out.strip()) == (0, str(target))
    assert target.read_text() == content


def test_the_leaderboard_is_shown_without_a_token(submit, medbig):
    submit("--wait")
    settings.save(settings.Settings("http://testserver"))
    heads, line = medbig("leaderboard", "-r", "28").out.splitlines()
    assert dict(zip(heads.split("\t"), line.split("\t"), strict=True))["range"] == "1"
    (row,) = json.loads(medbig("leaderboard", "-r", "28", "--format", "json").out)
    assert row["name"] == "Net"
    assert medbig("submissions").status == 4
    assert "no entries at 64 × 64 yet" in medbig("leaderboard", "-r", "64").err


def test_a_token_is_stored_only_if_it_works(medbig):
    before = settings.load()
    refused = medbig("login", "--token", "big_wrong")
    assert refused.status == 4
    assert settings.load() == before
    taken = medbig("login", "--host", "http://testserver/", "--token", before.token)
    assert taken.status == 0
    assert re.search(r"\d+ of \d+ submissions left today", taken.err)
    assert before.token not in taken.out + taken.err
    assert stat.S_IMODE(settings.path().stat().st_mode) == 0o600
