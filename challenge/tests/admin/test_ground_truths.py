"""Ground truths in the admin: activation, and nothing else."""

import pytest
from django.test import Client

from challenge.models import Evaluation, GroundTruth, HistoryLine, ranked_ground_truth
from challenge.tests.admin.acts import GROUND_TRUTHS, act, board
from challenge.tests.pages import elements, page_of, text_of
from challenge.tests.scored_again.steps import give_up_intervals, work

REASON = "Two labels were wrong."


def activate(client: Client, ground_truth: GroundTruth):
    return act(client, "activate", ground_truth, page=GROUND_TRUTHS, confirm="yes", reason=REASON)


def test_another_ground_truth_is_activated_and_everything_scored_is_scored_against_it(
    client, organizer, ground_truth, other_labels, submit_and_score, submit, team, other_team
):
    good, bad = submit_and_score(team, skill=2.0), submit_and_score(other_team, content=b"bad")
    give_up_intervals()
    waiting = submit(other_team, content=b"waiting")
    before = good.evaluations.get().auc
    assert before > 0.8
    response = activate(client, other_labels)
    assert "is active. Submissions being scored against it: 1." in response.content.decode()
    assert GroundTruth.objects.active() == other_labels
    assert board() == [(1, good)], "ranks stay until all are scored again"
    assert Client().get(good.get_absolute_url()).status_code == 200
    line = HistoryLine.objects.get()
    assert (line.action, line.actor, line.reason) == ("activated the labels", organizer, REASON)
    work()
    assert ranked_ground_truth() == other_labels
    assert board() == [(1, good)]
    assert good.evaluations.get(ground_truth=other_labels).auc < 0.6
    assert good.evaluations.get(ground_truth=ground_truth).auc == before
    assert not bad.evaluations.filter(ground_truth=other_labels).exists()
    assert waiting.evaluations.get().status == Evaluation.Status.FAILED, (
        "evaluations queued before are not lost"
    )

    activate(client, ground_truth)
    assert board() == [(1, good)], "the old scores are there at once"
    assert ranked_ground_truth() == ground_truth
    assert good.evaluations.get(ground_truth=ground_truth).status == Evaluation.Status.SCORED


def test_the_organizer_sees_what_would_change_before_it_does(
    client, ground_truth, other_labels, submit_and_score, team
):
    submit_and_score(team)
    page = text_of(act(client, "activate", other_labels, page=GROUND_TRUTHS).content.decode())
    assert "Test images with another label: PathMNIST" in page
    assert "1 entry is scored again" in page
    assert "These are demo data, not the official labels." in page
    assert GroundTruth.objects.active() == ground_truth
    act(client, "activate", other_labels, page=GROUND_TRUTHS, confirm="yes", reason=" ")
    assert GroundTruth.objects.active() == ground_truth, "without a reason, nothing happens"


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_ground_truth_is_activated(count, client, ground_truth, other_labels):
    chosen = [other_labels, ground_truth][:count]
    act(client, "activate", *chosen, page=GROUND_TRUTHS, confirm="yes", reason=REASON)
    assert GroundTruth.objects.active() == ground_truth


def test_the_list_says_which_labels_are_ranked_and_which_are_official(
    client, ground_truth, other_labels, entry, team
):
    entry(team)
    GroundTruth.objects.filter(pk=other_labels.pk).update(is_demo=False, is_official=False)
    assert uses(client) == {"Demo labels": ("demo data", "ranked"), "Other labels": ("not official", "-")}
    activate(client, other_labels)
    assert uses(client) == {
        "Demo labels": ("demo data", "ranked until all are scored again"),
        "Other labels": ("not official", "active: entries are being scored"),
    }


def uses(client: Client) -> dict[str, tuple[str, str]]:
    rows = elements(page_of(client, GROUND_TRUTHS), "#result_list tbody tr")
    cells = [[text_of(cell) for cell in elements(row, "th, td")] for row in rows]
    return {name: (kind, use) for _, name, _, kind, *_, use in cells}


def test_ground_truths_are_neither_typed_nor_deleted(client, ground_truth):
    page = f"{GROUND_TRUTHS}{ground_truth.pk}/"
    assert client.post(f"{page}change/", {"name": "Changed"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", ground_truth, page=GROUND_TRUTHS, post="yes")
    assert GroundTruth.objects.get().name == "Demo labels"
