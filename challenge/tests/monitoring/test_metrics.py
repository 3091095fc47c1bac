"""Metrics for Prometheus: only with the token, and with the state of the site."""

import pytest
from django.test import Client

from challenge.services.upkeep import record_sweep

pytestmark = pytest.mark.django_db

PATH = "/prometheus/metrics"


@pytest.fixture
def prometheus(settings) -> Client:
    settings.METRICS_TOKEN = "a long token"
    return Client(headers={"authorization": "Bearer a long token"})


def test_without_a_token_there_are_none(client):
    assert client.get(PATH, headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer another", "a long token", "Bearer a long token ."])
def test_another_token_is_refused(prometheus, client, sent):
    response = client.get(PATH, headers={"authorization": sent} if sent else {})
    assert response.status_code == 401
    assert "big_uploads_waiting" not in response.text


def test_the_queue_is_measured(prometheus, submit, submit_and_score, team):
    record_sweep()
    submit(team, content=b"waits")
    submit_and_score(team)
    response = prometheus.get(PATH)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    values = dict(line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#"))
    assert float(values["big_uploads_waiting"]) == 1
    assert float(values["big_oldest_upload_seconds"]) >= 0
    assert float(values['big_evaluations{status="scored"}']) == 1
    assert float(values['big_failures{cause="file"}']) == 0
    assert float(values['big_result_seconds{quantile="0.5"}']) > 0
    assert float(values["big_free_bytes"]) > 0
    assert float(values["big_sweep_age_seconds"]) >= 0
