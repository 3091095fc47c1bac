"""Odd files that are valid: they get the same scores as the usual file."""

import pytest

from challenge.models import Evaluation, Submission
from challenge.scoring.demo import make_demo_predictions
from challenge.tests.bad_files.collection import FINE
from challenge.tests.bad_files.short_splits import SHORT, evaluate, post, scores_of
from challenge.tests.scoring import archives


@pytest.mark.parametrize("case", FINE)
def test_an_odd_file_that_is_fine_gets_the_same_scores(case, valid, short_site, team, as_user):
    client = as_user(team)
    post(client, valid, model_name="Plain")
    post(client, FINE[case](valid), model_name="Odd")
    plain, odd = (evaluate(Submission.objects.get(model_name=name)) for name in ("Plain", "Odd"))
    assert odd.problems == []
    assert odd.status == plain.status == Evaluation.Status.SCORED
    assert scores_of(odd) == scores_of(plain)
    assert len(scores_of(odd)) == 13


def test_an_archive_of_the_evaluator_gets_the_same_scores(valid, short_labels, short_site, team, as_user):
    client = as_user(team)
    predictions = make_demo_predictions(short_labels, SHORT, skill=1, seed=0)
    post(client, valid, model_name="Plain")
    post(client, archives.zipped(archives.evaluator_files(predictions, 28)), "My files.ZIP", model_name="Odd")
    plain, odd = (evaluate(Submission.objects.get(model_name=name)) for name in ("Plain", "Odd"))
    assert odd.problems == []
    assert scores_of(odd) == scores_of(plain)
    assert odd.submission.file.path.endswith(".zip")
    assert odd.submission.file_name == "My files.ZIP"


def test_an_archive_for_another_resolution_is_refused(short_labels, short_site, team, as_user):
    predictions = make_demo_predictions(short_labels, SHORT, skill=1, seed=0)
    post(as_user(team), archives.zipped(archives.evaluator_files(predictions, 64)), "files.zip")
    (problem,) = evaluate(Submission.objects.get()).problems
    assert problem == (
        "The files are for images of 64 pixels by their names, but the submission is for 28 pixels; "
        "choose the resolution of the files."
    )
