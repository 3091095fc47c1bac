"""Logs as JSON: a line for each request, with its number and that of the submission, and no secret of an address."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

ASK = """
import django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client(headers={"host": "localhost"})
client.get("/healthz")
client.get("/submissions/12/")
client.get("/accounts/password/reset/key/1-very-secret/")
client.get("/secret-place/")
from challenge.tasks import evaluate
evaluate.apply(args=[7])
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> list[dict]:
    folder = tmp_path_factory.mktemp("logs")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bigsite.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
        "DEBUG": "on",
    }
    run = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stderr.splitlines() if line.startswith("{")]


def request_line(lines: list[dict], route: str) -> dict:
    return next(line for line in lines if line.get("request") == f"GET {route}")


def test_each_request_has_a_line_with_its_number(lines):
    line = request_line(lines, "/healthz")
    assert (line["event"], line["code"], line["level"]) == ("request_finished", 200, "info")
    assert line["timestamp"].endswith("Z")
    others = {one["request_id"] for one in lines if one["event"] == "request_finished"}
    assert len(others) == 4


def test_a_line_names_the_submission(lines):
    assert request_line(lines, "/submissions/<int:pk>/")["submission_id"] == 12


def test_secrets_of_addresses_are_not_logged(lines):
    finished = [line for line in lines if line["event"] == "request_finished"]
    assert "very-secret" not in json.dumps(finished)
    assert request_line(lines, "(no such page)")["code"] == 404
    assert not any("ip" in line for line in lines)
