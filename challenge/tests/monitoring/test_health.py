"""Answers for monitors: a site that works, and each part that fails."""

from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from challenge.models import GroundTruth, Sweep
from challenge.services.upkeep import record_sweep
from challenge.upkeep import health, storage

pytestmark = pytest.mark.django_db

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def ready(ground_truth):
    record_sweep()


def test_a_site_that_works_is_ready(client, ready):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "checks": dict.fromkeys(health.CHECKS, "ok")}
    assert "no-store" in response.headers["Cache-Control"]


def no_database(monkeypatch, settings):
    def refuse(*args, **options):
        raise OperationalError("(2002, 'Cannot connect to server on 10.0.0.7')")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(connection, "close", lambda: None)


def no_cache(monkeypatch, settings):
    settings.CACHES = {
        "default": {"BACKEND": "bigsite.caches.TolerantRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }


def no_broker(monkeypatch, settings):
    settings.CELERY_BROKER_URL = "filesystem://localhost"
    settings.BROKER_DIR = settings.DATA_DIR / "gone"


def no_labels(monkeypatch, settings):
    GroundTruth.objects.update(activated_at=None)


def old_sweep(monkeypatch, settings):
    Sweep.objects.update(ended_at=timezone.now() - timedelta(hours=1))


def full_disk(monkeypatch, settings):
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda path: Usage(10**12, 10**12 - 1000, 1000))


@pytest.mark.parametrize(
    ("failing", "break_it"),
    [
        ("database", no_database),
        ("cache", no_cache),
        ("broker", no_broker),
        ("labels", no_labels),
        ("sweep", old_sweep),
        ("free_space", full_disk),
    ],
)
def test_a_part_that_fails_is_named_without_details(client, ready, monkeypatch, settings, failing, break_it):
    break_it(monkeypatch, settings)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"][failing] == "failed"
    assert "10.0.0.7" not in response.text
    assert client.get("/healthz").status_code == 200


def test_the_process_lives_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")


def test_a_monitor_only_reads(client):
    for path in ("/healthz", "/readyz", "/status.json", "/prometheus/metrics"):
        assert client.post(path).status_code == 405
