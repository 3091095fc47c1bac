"""Settings of a site in production, behind a proxy that terminates TLS."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from challenge.tests import needs
from challenge.tests.security.policy import check_the_policy


@pytest.fixture(scope="module")
def production(tmp_path_factory) -> dict[str, str]:
    """The environment of a site behind a proxy that terminates TLS."""
    inherited = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL", "CELERY_QUEUE")
    }
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "bigsite.settings",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path_factory.mktemp("production")),
        "SECRET_KEY": "",
        "SITE_URL": "https://big.example.org",
        "ALLOWED_HOSTS": "big.example.org",
        "BEHIND_PROXY": "on",
        "DEBUG": "off",
        "CACHE_URL": "rediscache://127.0.0.1:6379/1",
        "EMAIL_URL": "smtp+tls://big:password@mail.example.org:587",
    }


def run_python(code: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", "import django; django.setup()\n" + code]
    run = subprocess.run(
        command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return run.stdout


ASK = """
import json
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
client = Client(headers={"host": "big.example.org"})
secure = client.get("/accounts/login/", headers={"x-forwarded-proto": "https"})
plain = client.get("/leaderboard/?metric=auc")
other = Client(headers={"host": "evil.example.org"}).get("/", headers={"x-forwarded-proto": "https"})
from accounts.models import Team
Team.objects.create_user("Team", "a@example.org", "correct horse").replace_email("a@example.org", verified=True)
login = {"login": "Team", "password": "correct horse"}
client.post("/accounts/login/", login, headers={"x-forwarded-proto": "https"})
print(json.dumps({
    "secure": [secure.status_code, dict(secure.headers)],
    "plain": [plain.status_code, plain.headers.get("Location")],
    "other": other.status_code,
    "csrf": dict(secure.cookies["csrftoken"]),
    "session": dict(client.cookies["sessionid"]),
}))
"""


def test_over_https_everything_is_secure(production):
    answers = json.loads(run_python(ASK, production))
    status, headers = answers["secure"]
    assert status == 200
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    check_the_policy(headers["Content-Security-Policy"])
    assert answers["plain"] == [301, "https://big.example.org/leaderboard/?metric=auc"]
    assert answers["other"] == 400
    for cookie in ("csrf", "session"):
        assert answers[cookie]["secure"], cookie
        assert answers[cookie]["samesite"] == "Lax", cookie
    assert answers["session"]["httponly"]


def check_deploy(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        env=environment,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_finds_nothing(production):
    run = check_deploy(production)
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout
    assert not run.stderr.strip(), run.stderr


@needs.mysqlclient
def test_the_environment_of_the_example_is_fine(production, tmp_path):
    names = re.findall(
        r"^([A-Z0-9_]+)=", (django_settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE
    )
    environment = {name: value for name, value in production.items() if name not in names}
    run = check_deploy(environment | {"ENV_FILE": ".env.example", "DATA_DIR": str(tmp_path)})
    assert run.returncode == 0, run.stderr
    assert not run.stderr.strip(), run.stderr


#: For each setting that cannot work: the number of the finding, and a part of its hint.
REFUSED = [
    ({"DEBUG": "on"}, "big.E001", "Set DEBUG=off"),
    ({"SECRET_KEY": "secret"}, "big.E002", "Leave SECRET_KEY empty"),
    ({"SITE_URL": "http://big.example.org"}, "big.E003", "begin SITE_URL with https://"),
    ({"ALLOWED_HOSTS": "*"}, "big.E004", "Set ALLOWED_HOSTS=big.example.org"),
    ({"ALLOWED_HOSTS": "other.example.org"}, "big.E005", "Add big.example.org to ALLOWED_HOSTS"),
    ({"BEHIND_PROXY": "off"}, "big.E006", "set BEHIND_PROXY=on"),
    ({"CACHE_URL": "locmemcache://"}, "big.E007", "Set CACHE_URL to a cache that all processes share"),
]


@pytest.mark.parametrize(("change", "number", "hint"), REFUSED, ids=lambda value: str(value))
def test_what_cannot_work_is_refused_with_a_hint(production, change, number, hint):
    run = check_deploy(production | change)
    assert run.returncode == 1
    assert number in run.stderr
    assert hint in run.stderr


@pytest.mark.parametrize(
    ("change", "number"),
    [({"EMAIL_URL": "consolemail://"}, "big.W001"), ({"METRICS_TOKEN": "short"}, "big.W002")],
)
def test_what_works_badly_is_a_warning(production, change, number):
    run = check_deploy(production | change)
    assert run.returncode == 0
    assert number in run.stderr


def test_a_plain_http_site_sets_no_hsts(client, db):
    response = client.get("/")
    assert "Strict-Transport-Security" not in response.headers
