"""Causes of a failed scoring: the file, the time limit, a fault of ours. What the team and the organizers read."""

from collections.abc import Callable

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from accounts.models import Team
from challenge.models import Evaluation, Submission
from challenge.services import evaluations
from challenge.tests.mails.sent import message_about, send_mails
from challenge.tests.pages import element, page_of, text_of

#: Words that ask the team to change its file, or blame it.
BLAME = ("correct", "fix the file", "file is fixed", "wrong", "errors", "Check the file")


@pytest.fixture
def break_scoring(monkeypatch) -> Callable[[Submission, Exception], None]:
    """Return a function that lets each attempt to score a submission raise an error."""

    def break_scoring_of(submission: Submission, error: Exception) -> None:
        def fail(*args: object, **about: object) -> None:
            raise error

        with monkeypatch.context() as broken:
            broken.setattr(evaluations, "score_as", fail)
            for _ in range(Evaluation.MAX_ATTEMPTS):
                evaluations.evaluate(submission.evaluations.get().pk)
        submission.refresh_from_db()

    return break_scoring_of


@pytest.fixture
def fail(submit, break_scoring) -> Callable[[Team, Exception], Submission]:
    """Return a function that submits a file for a team, whose scoring fails with an error."""

    def submit_and_fail(team: Team, error: Exception) -> Submission:
        submission = submit(team)
        break_scoring(submission, error)
        return submission

    return submit_and_fail


def own_page(as_user, submission: Submission) -> str:
    return text_of(element(page_of(as_user(submission.team), submission.get_absolute_url()), "#result"))


def own_list(as_user, submission: Submission) -> str:
    return text_of(page_of(as_user(submission.team), "/profile/submissions/"))


def test_a_fault_of_ours_is_not_blamed_on_the_file(team, fail, as_user):
    submission = fail(team, MemoryError())
    message = message_about(submission)
    assert message.subject == f"Not scored yet: a fault on our side (#{submission.pk})"
    body = message.body
    places = {"mail": body, "page": own_page(as_user, submission), "list": own_list(as_user, submission)}
    for place, text in places.items():
        assert "a fault on our side, not your file" in text, place
        assert "We are looking into it" in text, place
        assert "Nothing is lost" in text, place
        assert "do not need to send it again" in text, place
        assert "It does not count towards your limits." in text, place
        assert [word for word in BLAME if word in text] == [], place
    assert f"http://testserver{submission.get_absolute_url()}" in body
    assert "http://testserver/about/" in body


def test_after_the_fault_is_fixed_the_page_has_the_scores(team, fail, as_user):
    submission = fail(team, MemoryError())
    evaluations.queue_evaluations([submission])
    evaluations.evaluate(submission.evaluations.get().pk)
    evaluation = submission.evaluations.get()
    assert (evaluation.status, evaluation.failure) == (Evaluation.Status.SCORED, "")
    assert "our side" not in own_page(as_user, submission)


def test_a_mail_that_was_late_still_says_the_cause(team, fail):
    submission = fail(team, MemoryError())
    evaluations.queue_evaluations([submission])
    message = message_about(submission)
    assert message.subject.startswith("Not scored yet: a fault on our side")
    assert "not your file" in message.body


def test_a_file_that_is_deleted_after_the_fault_is_not_awaited(team, fail, as_user):
    submission = fail(team, MemoryError())
    evaluations.end_without_file(submission)
    text = own_page(as_user, submission)
    assert "Your team withdrew this entry and deleted its file" in text
    assert "our side" not in text
    assert send_mails(submission) == [], "the mail would ask the team to wait"


def test_a_scoring_again_that_breaks_says_nothing_of_limits(team, submit_and_score, break_scoring, as_user):
    submission = submit_and_score(team)
    Evaluation.objects.update(scored_at=None)
    evaluations.queue_evaluations([submission])
    break_scoring(submission, MemoryError())
    assert "our side" in own_page(as_user, submission)
    assert "limits" not in own_page(as_user, submission)


def test_a_stopped_scoring_is_explained(team, fail, as_user):
    submission = fail(team, SoftTimeLimitExceeded())
    message = message_about(submission)
    assert message.subject == f"Not scored: the file took too long (#{submission.pk})"
    for text in (message.body, own_page(as_user, submission)):
        assert "longer than the time limit of" in text
        assert "errors" not in text


def test_errors_in_the_file_are_listed(team, submit_and_score, as_user):
    submission = submit_and_score(team, content=b"dataset,index,p0\n")
    message = message_about(submission)
    assert message.subject == f"Not scored: 1 error in the file (#{submission.pk})"
    assert "What is wrong with the file" in own_page(as_user, submission)
    assert "Submit a corrected file" in own_page(as_user, submission)
    for problem in submission.evaluations.get().problems:
        assert problem in message.body
        assert problem in own_page(as_user, submission)


def test_organizers_filter_by_the_cause(team, organizer, submit_and_score, fail, as_user):
    fail(team, MemoryError())
    submit_and_score(team, content=b"dataset,index,p0\n", model_name="Model with a bad file")
    page = page_of(as_user(organizer), "/admin/challenge/submission/", {"failure": "site"})
    assert "cause of failure" in text_of(page)
    rows = text_of(element(page, "#result_list"))
    assert "Model 1.0" in rows
    assert "Model with a bad file" not in rows
