"""Readers of the board while entries are scored again and the ranking switches: they see one version, whole."""

from threading import Event

import pytest
from django.test import Client
from django.urls import reverse

from challenge.leaderboard import store
from challenge.leaderboard.results import RESULTS
from challenge.leaderboard.standings import STANDINGS
from challenge.leaderboard.stored_lines import LINES
from challenge.models import BoardResult, Evaluation, HistoryLine, Uncertainty, ranked_ground_truth
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths
from challenge.services.versions import switch_if_complete
from challenge.tests.processes import celery_app, in_parallel, wait_until
from challenge.tests.scored_again.steps import activate, give_up_intervals

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = (
    f"{reverse('leaderboard')}?resolution=28&entries=all&baselines=off",
    f"{reverse('leaderboard_json')}?resolution=28&entries=all&baselines=off",
    f"{reverse('own_board')}?resolution=28&entries=all&baselines=off&pathmnist=1&octmnist=1",
)


@pytest.fixture
def scored(submit_and_score, team, other_team, ground_truth):
    made = [submit_and_score(team, skill=1.0), submit_and_score(other_team, skill=2.0)]
    made.append(submit_and_score(team, skill=0.5))
    give_up_intervals()
    return made


@pytest.fixture
def other(ground_truth):
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True, activate=False)


def numbers_on(address: str, submissions, own: bool) -> set[str]:
    """Return which versions of the entries' scores a page shows: the names of their labels."""
    text = Client().get(address, follow=True).content.decode()
    found = set()
    for evaluation in Evaluation.objects.scored().select_related("ground_truth", "submission"):
        if own:
            scores = evaluation.dataset_scores.filter(dataset__in=["pathmnist", "octmnist"])
            value = sum(score.auc for score in scores) / 2
        else:
            value = evaluation.auc or 0
        if f"{value:.4f}" in text or repr(value) in text:
            found.add(f"{evaluation.ground_truth.name} {evaluation.submission_id}")
    return found


@pytest.mark.parametrize("results", ["made for each reader", "kept", "kept and renewed by the worker"])
def test_every_read_shows_one_version_of_all_entries(results, scored, other, settings):
    settings.BOARD_RESULTS_ARE_KEPT = results != "made for each reader"
    settings.BOARD_QUICK_SECONDS = 0 if "worker" in results else 600
    names = {f"Demo labels {one.pk}" for one in scored}, {f"Other labels {one.pk}" for one in scored}
    for address in ADDRESSES:
        assert numbers_on(address, scored, "own" in address) == names[0]
    ended = Event()

    def read(address: str) -> list[set[str]]:
        seen = []
        while not ended.is_set():
            seen.append(numbers_on(address, scored, "own" in address))
        return seen

    def change() -> list[set[str]]:
        try:
            activate(other)
            for evaluation in Evaluation.objects.filter(ground_truth=other):
                evaluations.evaluate(evaluation.pk)
                store.refresh(RESULTS)
            give_up_intervals()
            store.refresh(RESULTS)
        finally:
            ended.set()
        return []

    reads = in_parallel([lambda address=address: read(address) for address in ADDRESSES] + [change])
    for seen in reads:
        assert [found for found in seen if found not in names] == []
    assert ranked_ground_truth() == other
    for address in ADDRESSES:
        assert numbers_on(address, scored, "own" in address) == names[1], address


@pytest.mark.parametrize("renewed_first", ["lines", "standings"])
def test_ranks_and_lines_of_two_versions_never_meet(renewed_first, scored, other, settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    assert numbers_on(ADDRESSES[0], scored, own=False) == {f"Demo labels {one.pk}" for one in scored}
    settings.BOARD_QUICK_SECONDS = 0  # readers get earlier results, and leave new ones to the worker
    activate(other)
    for evaluation in Evaluation.objects.filter(ground_truth=other):
        evaluations.evaluate(evaluation.pk)
    give_up_intervals()
    first, second = (LINES, STANDINGS) if renewed_first == "lines" else (STANDINGS, LINES)
    renew(first)
    between = numbers_on(ADDRESSES[0], scored, own=False)
    if first is LINES:
        assert between == {f"Demo labels {one.pk}" for one in scored}
    else:
        assert between == set(), "the page says that the board is being computed"
        assert "is being computed" in Client().get(ADDRESSES[0]).content.decode()
    renew(second)
    assert numbers_on(ADDRESSES[0], scored, own=False) == {f"Other labels {one.pk}" for one in scored}


def renew(result: store.Result) -> None:
    for held in BoardResult.objects.filter(name__startswith=f"{result.kind}?"):
        result.renew(held)


def test_many_workers_switch_once(scored, other):
    activate(other)
    for evaluation in Evaluation.objects.filter(ground_truth=other):
        evaluations.evaluate(evaluation.pk)
    Uncertainty.objects.update(status=Uncertainty.Status.FAILED)
    assert sorted(in_parallel([switch_if_complete] * 4)) == [False, False, False, True]
    assert HistoryLine.objects.filter(action="switched the ranking").count() == 1
    assert HistoryLine.objects.filter(action="scores changed").count() == 3


def test_a_real_worker_scores_all_again_and_switches(
    start_worker, send_with, scored, other, submit, other_team
):
    worker = start_worker(ESTIMATES="yes")
    send_with(celery_app(worker.queue))
    activate(other)
    new = submit(other_team, skill=1.5)
    wait_until(lambda: ranked_ground_truth() == other, seconds=120, explain=worker.last_words)
    for submission in [*scored, new]:
        evaluation = submission.evaluations.get(ground_truth=other)
        assert evaluation.scored_at
        assert evaluation.uncertainty.has_results
