"""Task that draws the figures of an entry: when it is sent, and which worker does it."""

from types import SimpleNamespace

import numpy as np
import pytest
from celery import Celery

from challenge.models import Evaluation, EvaluationCurves
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import count_classes
from challenge.scoring.statistics.estimates import summarize
from challenge.services import evaluations, figure_files, queue, uncertainty
from challenge.tests.processes import Process, celery_app, wait_until


class Broker:
    conf = SimpleNamespace(task_default_queue="celery")

    def __init__(self) -> None:
        self.sent: list[tuple] = []

    def send_task(self, name: str, args: list, **options: object) -> None:
        self.sent.append((name, args, options))


@pytest.mark.parametrize("chromium", ["", "/usr/bin/some-browser"])
def test_a_scored_entry_is_drawn_once_its_intervals_are_there_where_there_is_a_browser(
    chromium, submit, team, labels, settings, monkeypatch, django_capture_on_commit_callbacks
):
    evaluation = submit(team).evaluations.get()
    settings.CHROMIUM = chromium
    broker = Broker()
    monkeypatch.setattr(queue, "current_app", broker)
    values, counts = np.full((12, 4), 0.5), count_classes(labels.labels, MEDMNIST_PLUS)
    found = summarize(
        values, values[..., None].repeat(10, axis=2), counts, {"pathmnist": 0.01}, MEDMNIST_PLUS
    )
    made = uncertainty.Outcome(uncertainty.uncertainty_fields(found, MEDMNIST_PLUS), {})
    monkeypatch.setattr(uncertainty, "estimate_file", lambda *paths: made)
    with django_capture_on_commit_callbacks(execute=True):
        evaluations.evaluate(evaluation.pk)
    expected_first = ("challenge.tasks.estimate_uncertainty", [evaluation.pk], {"queue": "celery-background"})
    assert expected_first in broker.sent
    assert "challenge.tasks.render_figures" not in [name for name, *_ in broker.sent]
    without_intervals = figure_files.figures_path(evaluation)
    with django_capture_on_commit_callbacks(execute=True):
        uncertainty.estimate(evaluation.pk)
    sent = [message for message in broker.sent if message[0] == "challenge.tasks.render_figures"]
    expected = ("challenge.tasks.render_figures", [evaluation.pk], {"expires": 3600})
    assert sent == ([expected] if chromium else [])
    assert figure_files.figures_path(Evaluation.objects.get()) != without_intervals


def test_a_failed_one_is_not(submit, team, settings, monkeypatch, django_capture_on_commit_callbacks):
    evaluation = submit(team, content=b"nothing").evaluations.get()
    settings.CHROMIUM = "/usr/bin/some-browser"
    broker = Broker()
    monkeypatch.setattr(queue, "current_app", broker)
    with django_capture_on_commit_callbacks(execute=True):
        evaluations.evaluate(evaluation.pk)
    assert [name for name, *_ in broker.sent] == ["challenge.tasks.send_mail"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_its_own_draws_and_the_one_that_scores_does_not(
    submit, team, settings, monkeypatch, tmp_path, folder, drawing_browser
):
    """With real workers: scoring never waits behind a browser."""
    submission = submit(team)
    evaluation = submission.evaluations.get()
    evaluations.evaluate(evaluation.pk)
    EvaluationCurves.objects.all().delete()  # drawing the figures of each dataset would take long
    evaluation.refresh_from_db()
    name = f"{settings.CELERY_TASK_DEFAULT_QUEUE}-{tmp_path.name}"
    app: Celery = celery_app(
        name, task_routes={"challenge.tasks.render_figures": {"queue": f"{name}-figures"}}
    )
    environment = {"CELERY_QUEUE": name, "CHROMIUM": drawing_browser}
    command = ["celery", "--app", "bigsite", "worker", "--loglevel", "info"]
    scoring = Process([*command, "--hostname", f"{name}@%h"], tmp_path / "scoring.log", **environment)
    try:
        scoring.wait_for(" ready.")
        app.send_task("challenge.tasks.render_figures", args=[evaluation.pk])
        app.send_task("challenge.tasks.evaluate", args=[evaluation.pk])
        scoring.wait_for("succeeded in")
        drawing = Process(
            [*command, "--hostname", f"{name}-figures@%h", "--queues", f"{name}-figures"],
            tmp_path / "drawing.log",
            **environment,
        )
        try:
            drawing.wait_for("render_figures")
            wait_until(lambda: drawing.has_said("succeeded in"), 60, explain=drawing.last_words)
        finally:
            drawing.kill()
        assert "render_figures" not in scoring.log.read_text().partition(" ready.")[2]
    finally:
        scoring.kill()
    # The worker keeps files in the suite's own folder, not in this test's.
    settings.FIGURES_DIR = settings.DATA_DIR / "figures"
    assert figure_files.figures_path(evaluation).stat().st_size > 10_000
