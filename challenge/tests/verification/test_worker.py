"""Real workers: the one that verifies has its own queue, so scoring never waits for it."""

import pytest

from challenge.models import Uncertainty, Verification
from challenge.services import evaluations
from challenge.tests.processes import Process, celery_app, wait_until


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_its_own_verifies_and_the_one_that_scores_does_not(submit, team, settings, tmp_path):
    evaluation = submit(team).evaluations.get()
    evaluations.evaluate(evaluation.pk)
    Uncertainty.objects.update(status=Uncertainty.Status.DONE, results_version="test")
    Verification.objects.create(evaluation=evaluation)
    name = f"{settings.CELERY_TASK_DEFAULT_QUEUE}-{tmp_path.name}"
    app = celery_app(name, task_routes={"challenge.tasks.verify": {"queue": f"{name}-verify"}})
    command = ["celery", "--app", "bigsite", "worker", "--loglevel", "info"]
    scoring = Process([*command, "--hostname", f"{name}@%h"], tmp_path / "scoring.log", CELERY_QUEUE=name)
    try:
        scoring.wait_for(" ready.")
        app.send_task("challenge.tasks.verify", args=[evaluation.pk])
        app.send_task("challenge.tasks.evaluate", args=[evaluation.pk])
        scoring.wait_for("succeeded in")
        verifying = Process(
            [*command, "--hostname", f"{name}-verify@%h", "--queues", f"{name}-verify"],
            tmp_path / "verifying.log",
            CELERY_QUEUE=name,
        )
        try:
            wait_until(lambda: verifying.has_said("succeeded in"), 120, explain=verifying.last_words)
        finally:
            verifying.kill()
        assert "challenge.tasks.verify" not in scoring.log.read_text().partition(" ready.")[2]
    finally:
        scoring.kill()
    assert Verification.objects.get().is_equal
