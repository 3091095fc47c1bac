"""Settings of a site in production, behind a proxy that terminates TLS."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

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


#: Warnings of `check --deploy` that this site accepts, with the reasons.
JUSTIFIED = {
    "security.W005",  # HSTS for subdomains: we do not decide about the operator's other sites
    "security.W021",  # preloading into browsers: same reason, and hard to undo
}


def test_check_deploy_finds_nothing_else(production):
    command = [sys.executable, "manage.py", "check", "--deploy"]
    run = subprocess.run(
        command, env=production, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    warnings = {part.split(")")[0] for part in run.stderr.split("(") if ".W" in part.split(")")[0]}
    assert warnings <= JUSTIFIED, run.stderr
    assert "ERROR" not in run.stderr


def test_a_plain_http_site_sets_no_hsts(client, db):
    response = client.get("/")
    assert "Strict-Transport-Security" not in response.headers
