"""The column `truth` of the thesis layout: phases can leave it uncompared, so that an answer tells no label."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from challenge.models import Evaluation, HistoryLine, Phase
from challenge.services import evaluations, submissions
from challenge.tests.bad_files.conftest import short_labels, short_site, valid  # noqa: F401  # fixtures
from challenge.tests.bad_files.spoils import thesis

PHASES = "/admin/challenge/phase/"


@pytest.fixture
def score(short_site, valid, team):  # noqa: F811
    """Return a function that scores a file in the layout of the thesis that states the class 0 for every image."""

    def score_with(stated: str) -> Evaluation:
        upload = SimpleUploadedFile("thesis.csv", thesis(valid, truth=lambda row: stated))
        submission = submissions.create_submission(
            team=team, upload=upload, resolution=28, model_name="Model", description="A test."
        )
        evaluations.evaluate(submission.evaluations.get().pk)
        return submission.evaluations.get()

    return score_with


def test_a_difference_is_named_by_default(score):
    evaluation = score("0")
    assert evaluation.status == Evaluation.Status.FAILED
    assert any("truth" in problem for problem in evaluation.problems)


@pytest.mark.parametrize("stated", ["0", "1", "99", "cat"])
def test_a_phase_that_does_not_compare_tells_nothing(score, stated):
    Phase.objects.update(compares_truth=False)
    evaluation = score(stated)
    assert evaluation.status == Evaluation.Status.SCORED
    assert not evaluation.problems


def test_whatever_is_stated_the_scores_are_the_same(score):
    Phase.objects.update(compares_truth=False)
    assert score("0").auc == score("1").auc


def test_an_organizer_switches_it_off_with_a_line_of_history(as_user, organizer):
    client = as_user(organizer)
    phase = Phase.objects.get()
    page = client.get(f"{PHASES}{phase.pk}/change/")
    form = {
        name: value for name, value in page.context["adminform"].form.initial.items() if value is not None
    }
    opens = form.pop("opens_at")
    form |= {"opens_at_0": f"{opens:%Y-%m-%d}", "opens_at_1": f"{opens:%H:%M:%S}"}
    form.pop("compares_truth")
    kept = {name: value for name, value in form.items() if value is not False}
    assert client.post(f"{PHASES}{phase.pk}/change/", kept).status_code == 302
    phase.refresh_from_db()
    assert not phase.compares_truth
    assert HistoryLine.objects.filter(subject=f"Phase {phase}").exists()
