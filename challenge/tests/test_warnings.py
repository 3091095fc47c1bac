"""Warnings about a valid file: stored with its scores, and shown to its team and to organizers only."""

import numpy as np
import pytest

from challenge.models import Evaluation
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import evaluations
from challenge.tests.mails.sent import message_about, send_mails
from challenge.tests.pages import elements, page_of

EQUAL = "All rows of octmnist are equal; the AUC of equal rows is 0.5."
SWAPPED = "The AUC is far below 0.5 (breastmnist 0.0"


@pytest.fixture
def odd_file(labels, tmp_path) -> bytes:
    """A valid file with equal rows in a dataset, and swapped classes in another."""
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=5, seed=0)
    predictions["octmnist"] = np.full((1000, 4), 0.25, np.float32)
    predictions["breastmnist"] = predictions["breastmnist"][:, ::-1]
    write_predictions(tmp_path / "odd.csv", predictions, MEDMNIST_PLUS)
    return (tmp_path / "odd.csv").read_bytes()


@pytest.fixture
def submission(odd_file, submit_and_score, team):
    return submit_and_score(team, content=odd_file)


def warnings_on(html: str) -> list[str]:
    return [item.text() for item in elements(html, ".problems li")]


def test_they_are_stored_with_the_scores(submission):
    evaluation = submission.evaluations.get()
    assert evaluation.status == Evaluation.Status.SCORED
    first, second, *others = evaluation.warnings
    assert first == EQUAL
    assert second.startswith(SWAPPED)
    assert all(warning.startswith("The accuracy is below") for warning in others)


def test_the_team_and_organizers_see_them_on_the_page_of_the_submission(submission, team, organizer, as_user):
    stored = submission.evaluations.get().warnings
    for user in (team, organizer):
        assert warnings_on(page_of(as_user(user), submission.get_absolute_url())) == stored


def test_others_do_not_see_them(submission, other_team, as_user, client):
    for visitor in (as_user(other_team), client):
        page = page_of(visitor, submission.get_absolute_url())
        assert "octmnist are equal" not in page
        assert "far below 0.5" not in page
        for address in ("/leaderboard/?resolution=28&entries=all", "/"):
            assert "octmnist are equal" not in page_of(visitor, address)


def test_the_team_sees_them_in_its_list(submission, team, as_user):
    assert warnings_on(page_of(as_user(team), "/profile/")) == submission.evaluations.get().warnings


def test_organizers_see_them_in_the_admin(submission, organizer, as_user):
    assert EQUAL in page_of(as_user(organizer), f"/admin/challenge/submission/{submission.pk}/change/")


def test_the_mail_lists_them(submission):
    (sent,) = send_mails(submission)
    assert sent.subject.startswith("Scored: ")
    assert f"- {EQUAL}\n" in sent.body
    assert sent.body.count("\n- ") == len(submission.evaluations.get().warnings)


def test_nothing_is_said_about_a_file_without_signs_of_mistakes(submission, team, as_user):
    submission.evaluations.update(warnings=[])
    assert "something may be wrong" not in page_of(as_user(team), submission.get_absolute_url())
    assert "Warnings" not in page_of(as_user(team), "/profile/")
    assert "something may be wrong" not in message_about(submission).body


def test_an_entry_that_fails_when_it_is_scored_again_keeps_its_warnings(submission):
    with open(submission.file.path, "w") as file:
        file.write("dataset\n")
    evaluation = submission.evaluations.get()
    warnings = evaluation.warnings
    evaluations.queue_evaluations([submission])
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.status == Evaluation.Status.SCORED
    assert evaluation.warnings == warnings != []
