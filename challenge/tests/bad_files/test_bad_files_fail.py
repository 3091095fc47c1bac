"""Bad files on the whole way of a team's file: the form, the worker, the page, the mail; and the command."""

from pathlib import Path

import pytest
from django.core.management import call_command

from challenge.models import Evaluation, Submission
from challenge.services import submissions
from challenge.tests.bad_files.collection import BAD
from challenge.tests.bad_files.short_splits import check_that_it_is_for_people, evaluate, post
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import elements, page_of


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_fails_with_a_clear_reason(case, valid, short_site, team, as_user, tmp_path, capsys):
    spoil, words = BAD[case]
    content, client = spoil(valid), as_user(team)
    assert post(client, content).status_code == 302
    submission = Submission.objects.get()
    evaluation = evaluate(submission)
    assert evaluation.status == Evaluation.Status.FAILED
    assert evaluation.attempts == 1
    message = "\n".join(evaluation.problems)
    for word in words:
        assert word in message
    check_that_it_is_for_people(evaluation.problems)
    check_that_it_was_free(submission)
    for page in (submission.get_absolute_url(), "/profile/"):
        shown = [line.text() for line in elements(page_of(client, page), "li")]
        assert all(problem in shown for problem in evaluation.problems)
    check_the_mail(submission, evaluation.problems)
    check_the_command(content, evaluation, tmp_path, capsys)


def check_that_it_was_free(submission: Submission) -> None:
    submission.refresh_from_db()
    quota = submissions.remaining_quota(submission.team, submission.phase)
    assert not submission.counts_toward_limits
    assert (quota.day_left, quota.total_left) == (1000, 1000)


def check_the_mail(submission: Submission, problems: list[str]) -> None:
    (message,) = send_mails(submission)
    assert message.to == [submission.team.email]
    assert all(f"- {problem}\n" in message.body for problem in problems)


def check_the_command(content: bytes, evaluation: Evaluation, tmp_path: Path, capsys) -> None:
    file = tmp_path / "predictions.csv"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as exit_status:
        call_command("score_submission", file, labels=evaluation.ground_truth.path)
    output = capsys.readouterr()
    assert exit_status.value.code == 2
    assert output.out == ""
    assert [line.removeprefix("- ") for line in output.err.splitlines()[1:]] == evaluation.problems


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "predictions.csv", "The file is empty."),
        (b"x", "predictions.csv.zip.txt", "must be a .csv"),
        (b"x", "predictions.npz", "must be a .csv"),
        (b"x", "predictions.csv.exe", "must be a .csv"),
        (b"x", "csv", "must be a .csv"),
        (b"x", "predictions.gz", "must be a .csv"),
    ],
)
def test_the_form_refuses_what_the_name_gives_away(content, name, message, short_site, team, as_user):
    response = post(as_user(team), content, name)
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Submission.objects.exists()
