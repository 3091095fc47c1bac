"""Ground truths in the admin: activation, and nothing else."""

import pytest
from django.test import Client

from challenge.models import Evaluation, GroundTruth
from challenge.services import evaluations
from challenge.tests.admin.acts import GROUND_TRUTHS, act, board
from challenge.tests.pages import elements, page_of


def test_another_ground_truth_is_activated_and_everything_scored_is_scored_against_it(
    client, ground_truth, other_labels, submit_and_score, entry, submit, team, other_team
):
    good, bad = submit_and_score(team, skill=2.0), submit_and_score(other_team, content=b"bad")
    waiting = submit(other_team, content=b"waiting")
    before = good.evaluations.get().auc
    assert before > 0.8
    response = act(client, "activate", other_labels, page=GROUND_TRUTHS)
    assert "is active. Submissions being scored against it: 1." in response.content.decode()
    assert GroundTruth.objects.active() == other_labels
    assert board() == [], "no entry is ranked by labels that it was not scored against"
    assert Client().get(good.get_absolute_url()).status_code == 200
    evaluations.evaluate(good.evaluations.get(ground_truth=other_labels).pk)
    ((rank, submission),) = board()
    assert (rank, submission) == (1, good)
    assert good.evaluations.get(ground_truth=other_labels).auc < 0.6
    assert good.evaluations.get(ground_truth=ground_truth).auc == before
    assert not bad.evaluations.filter(ground_truth=other_labels).exists()
    evaluations.evaluate(waiting.evaluations.get().pk)  # evaluations queued before are not lost

    act(client, "activate", ground_truth, page=GROUND_TRUTHS)
    assert board() == [(1, good)], "the old scores are there at once"
    assert good.evaluations.get(ground_truth=ground_truth).status == Evaluation.Status.SCORED


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_ground_truth_is_activated(count, client, ground_truth, other_labels):
    act(client, "activate", *[other_labels, ground_truth][:count], page=GROUND_TRUTHS)
    assert GroundTruth.objects.active() == ground_truth


def test_the_list_marks_the_active_one(client, ground_truth, other_labels):
    text = page_of(client, GROUND_TRUTHS)
    assert len(elements(text, "[alt=True]")) == 3  # two of demo data, one active
    assert ground_truth.version in text


def test_ground_truths_are_neither_typed_nor_deleted(client, ground_truth):
    page = f"{GROUND_TRUTHS}{ground_truth.pk}/"
    assert client.post(f"{page}change/", {"name": "Changed"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", ground_truth, page=GROUND_TRUTHS, post="yes")
    assert GroundTruth.objects.get().name == "Demo labels"
