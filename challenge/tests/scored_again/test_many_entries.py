"""Scoring of many full entries by other labels, with real workers that are killed half-way, and readers meanwhile."""

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from challenge.models import (
    Evaluation,
    GroundTruth,
    HistoryLine,
    Submission,
    Uncertainty,
    ranked_ground_truth,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION
from challenge.services import ground_truths
from challenge.tests.processes import Worker, celery_app, in_parallel, wait_until
from challenge.tests.scored_again.steps import REASON, give_up_intervals

pytestmark = pytest.mark.django_db(transaction=True)

BOARD = f"{reverse('leaderboard_json')}?resolution=28&entries=all&baselines=off"
SKILLS = (0.5, 0.8, 1.0, 1.2, 1.5, 1.8, 2.0, 2.4)


@pytest.fixture
def scored(submit_and_score, team, other_team) -> Callable[[int], list[Submission]]:
    """Return a function that makes scored entries of full files; copies of a file share its bytes on disk."""

    def make(number: int) -> list[Submission]:
        first = [
            submit_and_score(team if place % 2 else other_team, skill=skill)
            for place, skill in enumerate(SKILLS[:number])
        ]
        copies = [_copy(first[place % len(first)], place) for place in range(number - len(first))]
        give_up_intervals()
        return [*first, *copies]

    return make


def _copy(submission: Submission, number: int) -> Submission:
    """Return another entry with the same file and scores."""
    evaluation = submission.evaluations.get()
    scores = list(evaluation.dataset_scores.all())
    path = Path(submission.file.path)
    link = path.with_name(f"copy-{number}-{path.name}")
    os.link(path, link)
    name = str(Path(submission.file.name or "").with_name(link.name))
    copied = Submission.objects.get(pk=submission.pk)
    copied.pk, copied.model_name, copied.file = 1_000_000 + number, f"Copy {number}", name
    copied.save(force_insert=True)
    evaluation.pk, evaluation.submission = None, copied
    evaluation.save(force_insert=True)
    for score in scores:
        score.pk, score.evaluation = None, evaluation
        score.save(force_insert=True)
    Uncertainty.objects.create(evaluation=evaluation, bootstrap_version=BOOTSTRAP_VERSION)
    return copied


@pytest.fixture
def other(scored) -> GroundTruth:
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True, activate=False)


def read_board() -> tuple[str, frozenset[tuple[str, float]]]:
    """Return the labels of the board, and name and AUC of each of its rows."""
    document = Client().get(BOARD).json()
    rows = frozenset((row["url"], row["average"]["auc"]) for row in document["rows"])
    return document["versions"]["ground_truth"]["name"], rows


def rescore_with_a_killed_worker(
    number: int, scored, other: GroundTruth, start_worker: Callable[..., Worker], send_with
) -> None:
    """Score `number` entries by other labels, kill the worker half-way, and start another."""
    made = scored(number)
    ended = Event()
    reads: list[tuple[str, frozenset[tuple[str, float]]]] = []
    worker = start_worker("--beat", ESTIMATES="yes", SWEEP_SECONDS="1")
    send_with(celery_app(worker.queue))

    def command() -> str:
        out = StringIO()
        try:
            call_command("rescore", "--labels", other.version, "--reason", REASON, stdout=out, no_color=True)
        finally:
            ended.set()
        return out.getvalue()

    def read() -> str:
        while not ended.wait(
            number / 100
        ):  # a read of more rows takes longer, and the workers need the cores
            reads.append(read_board())
        reads.append(read_board())
        return ""

    def kill() -> str:
        half = Evaluation.objects.filter(ground_truth=other, scored_at__isnull=False)
        wait_until(lambda: half.count() >= number // 2, seconds=900, explain=worker.last_words)
        worker.kill()
        _forget_leases()
        start_worker("--beat", ESTIMATES="yes", SWEEP_SECONDS="1", CELERY_QUEUE=worker.queue)
        return ""

    out, *_ = in_parallel([command, read, kill])
    assert "The leaderboard ranks by these versions." in out
    assert ranked_ground_truth() == other
    _assert_each_was_scored_once(made, other)
    _assert_every_read_was_whole(reads, made, other)


def _forget_leases() -> None:
    """Move claims back, as if the lease of the killed worker had ended: the test does not wait for it."""
    for model in (Evaluation, Uncertainty):
        running = model.objects.filter(status=model.RUNNING)
        running.update(claimed_at="2020-01-01T00:00:00Z")


def _assert_each_was_scored_once(made: list[Submission], other: GroundTruth) -> None:
    by_other = Evaluation.objects.filter(ground_truth=other)
    assert sorted(by_other.values_list("submission", flat=True)) == sorted(one.pk for one in made)
    scored = by_other.filter(status=Evaluation.Status.SCORED, dataset_scores__isnull=False)
    assert scored.distinct().count() == len(made)
    assert Uncertainty.objects.filter(evaluation__in=by_other, status=Uncertainty.Status.DONE).count() == len(
        made
    )
    changed = HistoryLine.objects.filter(action="scores changed")
    assert sorted(changed.values_list("submission", flat=True)) == sorted(one.pk for one in made)
    assert by_other.filter(attempts__gt=1).count() <= 1, "only the scoring of the killed worker began twice"


def _assert_every_read_was_whole(reads, made: list[Submission], other: GroundTruth) -> None:
    expected = {
        labels.name: frozenset(
            (f"http://testserver{one.get_absolute_url()}", one.evaluations.get(ground_truth=labels).auc)
            for one in made
        )
        for labels in GroundTruth.objects.all()
    }
    assert {name for name, _ in reads} == {"Demo labels", "Other labels"}
    assert [name for name, rows in reads if rows != expected[name]] == []
    names = [name for name, _ in reads]
    assert names == sorted(names), "the board switched once"


def test_a_few_entries(scored, other, start_worker, send_with):
    rescore_with_a_killed_worker(6, scored, other, start_worker, send_with)


@pytest.mark.slow
def test_two_hundred_full_entries(scored, other, start_worker, send_with):
    rescore_with_a_killed_worker(200, scored, other, start_worker, send_with)
