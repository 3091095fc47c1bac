"""Lost or repeated work: the sweep finds it, and the result is the same as without the fault."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from challenge.models import Evaluation, Submission, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import evaluations, ground_truths, history, jobs, uncertainty
from challenge.tests import needs
from challenge.tests.processes import celery_app, in_parallel, lose, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

Status = Evaluation.Status
SECONDS_A_TEAM_WAITS = 4  # two for a silent broker, the rest for a busy machine


def status_of(evaluation: Evaluation) -> str:
    evaluation.refresh_from_db()
    return evaluation.status


def test_a_task_twice_at_once_scores_once(submit, team, monkeypatch):
    submission = submit(team)
    evaluation = submission.evaluations.get()
    score_as = Mock(wraps=evaluations.score_as)
    monkeypatch.setattr(evaluations, "score_as", score_as)
    in_parallel([partial(evaluations.evaluate, evaluation.pk)] * 4)
    assert score_as.call_count == 1
    assert status_of(evaluation) == Status.SCORED
    assert evaluation.dataset_scores.count() == 12
    assert evaluation.attempts == 1


def test_two_sweeps_at_once_are_as_good_as_one(submit, team, monkeypatch):
    queued = [submit(team, content=content).evaluations.get() for content in (b"1", b"2", b"3")]
    for evaluation in queued:
        lose(evaluation)
    counts = in_parallel([evaluations.requeue_lost_evaluations] * 4)
    assert sum(counts) == 3
    assert {status_of(evaluation) for evaluation in queued} == {Status.QUEUED}
    assert Evaluation.objects.count() == 3


def test_of_thousands_a_sweep_queues_a_part(submit, submit_and_score, team, ground_truth, monkeypatch):
    for module in (evaluations, jobs, uncertainty):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    queued = [submit(team, content=content).evaluations.get() for content in (b"1", b"2", b"3")]
    for evaluation in queued:
        lose(evaluation)
    assert [evaluations.requeue_lost_evaluations() for _ in range(3)] == [2, 1, 0]

    for skill in (1.0, 1.5, 2.0):
        submit_and_score(team, skill=skill)
    Uncertainty.objects.all().delete()
    assert [uncertainty.queue_missing() for _ in range(3)] == [2, 1, 0]

    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    other = ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True, activate=False)
    assert ground_truths.activate_ground_truth(other, by=history.COMMAND) == 3
    assert other.evaluations.count() == 2
    assert evaluations.queue_missing_evaluations() == 1
    assert other.evaluations.count() == 3


def test_two_sweeps_at_once_after_an_activation(submit_and_score, team, ground_truth):
    submissions = [submit_and_score(team, skill=skill) for skill in (1.0, 1.5)]
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    other = ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True, activate=False)
    sweeps = [partial(evaluations.queue_missing_evaluations)] * 3
    in_parallel([partial(ground_truths.activate_ground_truth, other, by=history.COMMAND), *sweeps])
    assert other.evaluations.count() == len(submissions)


@pytest.fixture
def site_broker(tmp_path) -> Callable[[str], dict]:
    """Return a function that gives the site's settings for a broker's address, with a separate data folder."""

    def settings_for(url: str) -> dict:
        names = ["CELERY_BROKER_URL", "CELERY_BROKER_TRANSPORT", "CELERY_BROKER_TRANSPORT_OPTIONS"]
        code = (
            f"import json, bigsite.settings as s; print(json.dumps([getattr(s, n, None) for n in {names}]))"
        )
        environment = os.environ | {"CELERY_BROKER_URL": url, "DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-c", code]
        values = json.loads(subprocess.check_output(command, env=environment, cwd=settings.BASE_DIR))
        # not broker_url: Celery would take it from the environment instead
        return dict(
            zip(["broker_write_url", "broker_transport", "broker_transport_options"], values, strict=True)
        )

    return settings_for


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(params=["no folder", "a file for a folder", "full disk", "Redis off", "Redis silent"])
def broken_broker(request, tmp_path, site_broker, closed_port, silent_port, monkeypatch) -> dict:
    """The settings of a broker that accepts no messages."""
    if request.param.startswith("Redis"):
        port = closed_port if request.param == "Redis off" else silent_port
        return site_broker(f"redis://127.0.0.1:{port}/0")
    broker = site_broker("filesystem://localhost")
    if request.param == "full disk":
        monkeypatch.setattr("bigsite.broker.dumps", Mock(side_effect=OSError(28, "No space left on device")))
    else:
        (tmp_path / "broker").rmdir()
    if request.param == "a file for a folder":
        (tmp_path / "broker").touch()
    return broker


@pytest.fixture
def upload(as_user, team, ground_truth, prediction_files) -> Callable[[], Submission]:
    """Upload a file with the form, which must succeed quickly."""

    def upload_by_the_form() -> Submission:
        client = as_user(team)
        content = prediction_files(1.0).read_bytes()
        about = {"resolution": 28, "model_name": "ResNet", "description": "Sent in bad times."}
        start = time.monotonic()
        response = client.post(
            reverse("profile"), {"upload": SimpleUploadedFile("predictions.csv", content)} | about
        )
        assert time.monotonic() - start < SECONDS_A_TEAM_WAITS
        submission = Submission.objects.get()
        assert response.status_code == 302
        assert response["Location"] == submission.get_absolute_url()
        return submission

    return upload_by_the_form


def test_an_upload_succeeds_while_the_broker_is_down(upload, broken_broker, send_with, caplog):
    send_with(celery_app(**broken_broker))
    evaluation = upload().evaluations.get()
    assert "The broker did not take challenge.tasks.evaluate" in caplog.text

    working = Mock()
    send_with(working)
    assert evaluations.requeue_lost_evaluations() == 0  # it has waited only for a moment
    lose(evaluation)
    assert evaluations.requeue_lost_evaluations() == 1
    working.send_task.assert_called_once_with("challenge.tasks.evaluate", args=[evaluation.pk])
    assert evaluations.requeue_lost_evaluations() == 0


def test_scoring_again_succeeds_while_the_broker_is_down(
    submit_and_score, team, closed_port, site_broker, send_with
):
    submission = submit_and_score(team)
    send_with(celery_app(**site_broker(f"redis://127.0.0.1:{closed_port}/0")))
    assert evaluations.queue_evaluations([submission]) == 1
    assert status_of(submission.evaluations.get()) == Status.QUEUED


@pytest.fixture
def redis_server(closed_port, tmp_path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Start a Redis server of our own, as often as needed on the same port."""
    servers: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        command = ["redis-server", "--port", str(closed_port), "--save", "", "--dir", str(tmp_path)]
        servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        wait_until(lambda: answers(closed_port))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()
        server.wait()


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@needs.redis_server
def test_a_worker_outlives_its_redis(upload, redis_server, closed_port, site_broker, send_with, start_worker):
    url = f"redis://127.0.0.1:{closed_port}/0"
    first = redis_server()
    worker = start_worker(CELERY_BROKER_URL=url)
    send_with(celery_app(worker.queue, **site_broker(url)))
    first.kill()
    first.wait()
    evaluation = upload().evaluations.get()
    worker.wait_for("Cannot connect to redis")

    redis_server()
    lose(evaluation)
    evaluations.requeue_lost_evaluations()
    wait_until(lambda: status_of(evaluation) == Status.SCORED, explain=worker.last_words)


def test_messages_are_read_in_order_and_half_ones_skipped(tmp_path, site_broker):
    app = celery_app("some", **site_broker("filesystem://localhost"))
    with app.connection_for_write() as connection:
        messages = connection.SimpleQueue("some")
        for number in range(3):
            messages.put(number)
        Path(tmp_path, "broker", "0_power-cut.some.msg").write_text('{"body": "')
        received: list[int] = []
        while len(received) < 3:
            message = messages.get(timeout=5)
            message.ack()
            received.append(message.payload)
    assert received == [0, 1, 2]
    assert not list(Path(tmp_path, "broker").glob("*.msg*"))
