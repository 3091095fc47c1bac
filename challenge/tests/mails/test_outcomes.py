"""Mail about each outcome of a submission: a text of its own, whose subject says the outcome."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command

from challenge.models import Evaluation, Mail, Submission
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.services import evaluations, history, submissions
from challenge.tests.mails.sent import send_mails


@pytest.fixture
def broken(monkeypatch):
    """Return a function that lets each attempt to score a submission raise an error."""

    def break_scoring(submission: Submission, error: Exception) -> Submission:
        def fail(*args: object, **options: object) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(evaluations, "score_as", fail)
            for _ in range(Evaluation.MAX_ATTEMPTS):
                evaluations.evaluate(submission.evaluations.get().pk)
        return submission

    return break_scoring


def score_again(submission: Submission) -> None:
    evaluations.queue_evaluations([submission])
    evaluations.evaluate(submission.evaluations.get().pk)


def test_a_score_comes_with_means_rank_and_versions(team, submit_and_score, ground_truth):
    call_command("import_reported_baselines", verbosity=0)
    submission = submit_and_score(team, model_name="ResNet <18>")
    (sent,) = send_mails(submission)
    evaluation = submission.evaluations.get()
    assert sent.to == [team.email]
    start, _, end = sent.subject.partition(", rank ")
    rank, _, entries = end.removesuffix(f" (#{submission.pk})").partition(" of ")
    assert start == f"Scored: AUC {evaluation.auc:.4f}"
    assert int(rank) <= int(entries)
    assert f"Rank by AUC at this resolution: {rank} of {entries} (all entries" in sent.body
    assert "We have scored your submission" in sent.body
    assert '"ResNet <18>" at 28 × 28' in sent.body
    for metric in ("auc", "balanced_accuracy", "cohen_kappa", "accuracy"):
        assert f"{getattr(evaluation, metric):.4f}" in sent.body
    versions = f"(version {ground_truth.version}) and version {SCORER_VERSION} of the scorer."
    assert f'Scores and rank are by the labels "Demo labels" {versions}' in sent.body
    assert f"Metrics of each dataset: http://testserver/submissions/{submission.pk}/" in sent.body
    assert "Leaderboard: http://testserver/leaderboard/?" in sent.body
    assert "demo data" in sent.body


def test_an_entry_that_was_disqualified_in_the_meantime_has_no_rank(team, entry):
    submission = entry(team, 0.9)
    Mail.objects.create(
        team=team,
        submission=submission,
        name="scored",
        context={"evaluation": submission.evaluations.get().pk},
    )
    submissions.disqualify(submission, "Trained on the test set.", by=history.SITE)
    message = send_mails(submission)[0]
    assert message.subject == f"Scored: AUC 0.9000 (#{submission.pk})"
    assert "This entry was disqualified, so it is not ranked." in message.body
    assert "Rank by" not in message.body


def test_errors_in_the_file_are_counted_and_listed(team, submit_and_score):
    submission = submit_and_score(team, content=b"dataset,index,p0\n")
    (sent,) = send_mails(submission)
    problems = submission.evaluations.get().problems
    assert sent.subject == f"Not scored: 1 error in the file (#{submission.pk})"
    assert "The file has an error:" in sent.body
    assert all(f"- {problem}" in sent.body for problem in problems)
    assert "does not count towards your limits" in sent.body
    assert "submit it again: http://testserver/profile/" in sent.body
    assert "http://testserver/format/" in sent.body


def test_several_errors_are_counted_too(team, submit_and_score):
    submission = submit_and_score(team, content=b"dataset,index,p0\n")
    submission.evaluations.update(problems=["One.", "Two.", "Three."])
    (sent,) = send_mails(submission)
    assert sent.subject == f"Not scored: 3 errors in the file (#{submission.pk})"
    assert "The file has errors:\n\n- One.\n- Two.\n- Three.\n\n" in sent.body


def test_a_file_that_took_too_long_is_no_file_with_errors(team, submit, broken):
    submission = broken(submit(team), SoftTimeLimitExceeded())
    (sent,) = send_mails(submission)
    assert sent.subject == f"Not scored: the file took too long (#{submission.pk})"
    assert "longer than the time limit" in sent.body
    assert "error" not in sent.body


def test_a_fault_of_ours_asks_for_nothing(team, submit, broken):
    submission = broken(submit(team), MemoryError())
    (sent,) = send_mails(submission)
    assert sent.subject == f"Not scored yet: a fault on our side (#{submission.pk})"
    assert "a fault on our side, not your file" in sent.body
    assert "We will write to you again when it is scored." in sent.body
    for word in ("fix the file", "file is fixed", "submit it again", "error"):
        assert word not in sent.body


def test_the_success_after_a_fault_of_ours_is_mailed(team, submit, broken):
    submission = broken(submit(team), MemoryError())
    send_mails(submission)
    score_again(submission)
    (sent,) = send_mails(submission)
    assert sent.subject.startswith("Scored: AUC ")
    assert "A fault on our side had kept us from scoring" in sent.body
    assert "The fault is fixed, and the submission is scored." in sent.body
    assert "It does not count towards your limits." in sent.body
    score_again(submission)
    assert send_mails(submission) == [], "later scores change nothing that was promised"


def test_an_error_that_is_found_after_a_fault_of_ours_is_mailed(team, submit, broken):
    submission = broken(submit(team, content=b"dataset,index,p0\n"), MemoryError())
    send_mails(submission)
    score_again(submission)
    (sent,) = send_mails(submission)
    assert sent.subject == f"Not scored: 1 error in the file (#{submission.pk})"


def test_a_second_fault_of_ours_is_not_mailed_again(team, submit, broken):
    submission = broken(submit(team), MemoryError())
    send_mails(submission)
    evaluations.queue_evaluations([submission])
    broken(submission, MemoryError())
    assert send_mails(submission) == []


def test_a_mail_about_a_fault_that_is_fixed_before_it_is_sent_stays_unsent(team, submit, broken):
    submission = broken(submit(team), MemoryError())
    score_again(submission)
    (sent,) = send_mails(submission)
    assert sent.subject.startswith("Scored: AUC ")
    assert submission.mails.order_by("pk")[0].status == Mail.Status.OBSOLETE


def test_no_sentence_ends_twice(team, submit_and_score, submit, broken):
    made = [
        submit_and_score(team, content=b"dataset,index,p0\n"),
        broken(submit(team, content=b"slow"), SoftTimeLimitExceeded()),
        broken(submit(team, content=b"fault"), MemoryError()),
    ]
    for submission in made:
        body = str(send_mails(submission)[0].body)
        assert not [mark for mark in ("?.", "..", ". .", ":.", "!.") if mark in body], body
