"""Security headers of every response, and production settings."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from accounts.models import Team
from challenge.models import Phase, Submission
from challenge.services import ground_truths, submissions
from challenge.tests import needs
from challenge.tests.pages import elements

STRICT_CSP = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


@pytest.fixture
def submission(submit, team) -> Submission:
    return submit(team, content=b"the predictions")


@pytest.fixture
def viewers(team, organizer, as_user) -> dict[str, Client]:
    return {
        "stranger": Client(raise_request_exception=False),
        "team": as_user(team),
        "organizer": as_user(organizer),
    }


PAGES = [
    *(
        "/",
        "/challenge/",
        "/challenge/design/",
        "/privacy/",
        "/format/",
        "/leaderboard/",
        "/profile/",
        "/profile/submissions/",
        "/submissions/{pk}/",
        "/submissions/{pk}/result/",
    ),
    *(
        "/submissions/{pk}/file/",
        "/nothing-here/",
        "/submissions/0/",
        "/accounts/login/",
        "/accounts/signup/",
    ),
    *("/accounts/email/", "/accounts/password/reset/", "/accounts/delete/", "/admin/", "/admin/login/"),
    *(
        "/admin/challenge/submission/",
        "/admin/challenge/submission/{pk}/change/",
        "/admin/accounts/team/add/",
    ),
    "/admin/jsi18n/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_the_headers(page, submission, viewers):
    for viewer, client in viewers.items():
        response = client.get(page.format(pk=submission.pk))
        about = f"{page} for the {viewer}: {response.status_code}"
        assert response["X-Frame-Options"] == "DENY", about
        assert response["X-Content-Type-Options"] == "nosniff", about
        assert response["Referrer-Policy"] == "same-origin", about
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", about
        check_the_policy(response["Content-Security-Policy"])


def check_the_policy(policy: str) -> None:
    found = directives(policy)
    assert {name: found[name] for name in STRICT_CSP} == STRICT_CSP
    for name, sources in found.items():
        assert "'unsafe-eval'" not in sources
        assert not {"*", "http:", "https:"} & set(sources), "nothing of other sites is loaded"
        if name not in ("style-src-attr",):
            assert "'unsafe-inline'" not in sources, name
        assert "data:" not in sources or name == "img-src"
        assert "blob:" not in sources or name == "img-src"
    assert found["script-src"] == ["'self'"]


@pytest.mark.django_db
def test_errors_carry_them_too(client, monkeypatch, settings):
    """Refused hosts, forms without a token, and pages with a server error."""
    settings.ALLOWED_HOSTS = ["testserver"]
    refused = Client().get("/", headers={"host": "evil.example.org"})
    no_token = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    monkeypatch.setattr("challenge.views.leaderboard.Filters.from_query", lambda query: 1 / 0)
    client.raise_request_exception = False
    broken = client.get("/leaderboard/")
    assert [r.status_code for r in (refused, no_token, broken)] == [400, 403, 500]
    for response in (refused, no_token, broken):
        check_the_policy(response["Content-Security-Policy"])
        assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_errors_tell_nothing_of_the_server(client, monkeypatch):
    monkeypatch.setattr(
        "challenge.views.leaderboard.Filters.from_query",
        lambda query: Path("/nonexistent/canary").read_text(),
    )
    client.raise_request_exception = False
    pages = [client.get("/leaderboard/"), client.get("/nothing-here/"), client.get("/published/1/")]
    for response in pages:
        text = response.content.decode()
        for secret in (
            "canary",
            "Traceback",
            "Exception",
            str(django_settings.BASE_DIR),
            "site-packages",
            "urlpatterns",
        ):
            assert secret not in text


@pytest.mark.django_db
def test_pages_have_no_inline_script_or_style(submission, viewers):
    """The policy forbids inline scripts and styles: they would fail silently."""
    for page in PAGES:
        for client in viewers.values():
            response = client.get(page.format(pk=submission.pk))
            if not response["Content-Type"].startswith("text/html") or page.startswith("/admin"):
                continue
            text = response.content.decode()
            assert "javascript:" not in text, page
            inline = elements(text, 'style, [style], script:not([src], [type="application/json"])')
            assert not inline, (page, [one.html for one in inline])
            handlers = [
                name for one in elements(text, "*") for name in one.attributes if name.startswith("on")
            ]
            assert not handlers, (page, handlers)


def test_cookies(client, team):
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "Team Alpha", "password": "correct horse battery staple"})
    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert csrf["samesite"] == "Lax"
    assert not session["domain"]
    assert session["path"] == "/"


# --- The download ---------------------------------------------------------------------------------

FILE_NAMES = [
    "predictions.csv",
    'quote".csv',
    "'; filename=evil.html; x='.csv",
    "back\\slash.csv",
    "../../../../etc/passwd.csv",
    "line\r\nSet-Cookie: a=b\r\n\r\n<script>.csv",
    "Vorhersagen für Lübeck.csv",
    "预测.csv",
    "\u202egpj.csv",
    "evil.html",
    "x" * 200,
]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_the_download_is_an_attachment_that_nothing_opens(name, submission, team, as_user):
    Submission.objects.update(file_name=name)
    response = as_user(team).get(f"/submissions/{submission.pk}/file/")
    disposition = response["Content-Disposition"]
    assert response.status_code == 200
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert disposition.startswith("attachment")
    assert disposition.isascii()
    assert not {"\r", "\n"} & set(disposition)
    assert "Set-Cookie" not in response.headers
    assert response.getvalue() == b"the predictions"
    if disposition.startswith('attachment; filename="'):  # one quoted string and nothing after it
        value = disposition.removeprefix('attachment; filename="').removesuffix('"')
        assert '"' not in value.replace("\\\\", "").replace('\\"', "")
    else:
        assert disposition == "attachment" or disposition.startswith("attachment; filename*=utf-8''")
        assert '"' not in disposition
        assert ";" not in disposition.partition("utf-8''")[2]


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "a\x00b.csv", ".csv", "x" * 300 + ".csv"]
)
def test_the_name_of_an_upload_reaches_no_path(name, ground_truth, team):
    upload = SimpleUploadedFile("x.csv", b"the predictions")
    upload._name = name  # type: ignore[attr-defined]
    submission = submissions.create_submission(
        team=team, upload=upload, resolution=28, model_name="Model", description="A test."
    )
    stored = Path(submission.file.path)
    assert stored.resolve() == stored
    assert stored.parent == Path(django_settings.SUBMISSION_DIR) / str(team.pk)
    assert "evil" not in stored.name
    assert len(submission.file_name) <= 200
    assert stored.stat().st_mode & 0o077 == 0


def test_a_lost_file_is_no_way_to_learn_where_it_was(submission, team, as_user):
    Path(submission.file.path).unlink()
    client = as_user(team)
    client.raise_request_exception = False
    response = client.get(f"/submissions/{submission.pk}/file/")
    assert response.status_code in (404, 500)
    assert str(django_settings.DATA_DIR) not in response.content.decode()
    assert submission.file.name not in response.content.decode()


# --- Production -----------------------------------------------------------------------------------


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


# --- The admin under the policy -------------------------------------------------------------------


@pytest.fixture
def page(monkeypatch) -> Iterator[Page]:
    needs.skip_without_browser()
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs an event loop in this thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=needs.BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            yield browser.new_page()
        finally:
            browser.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_admin_works_under_the_policy(page, live_server, labels):
    Phase.objects.get_or_create(name="Open phase", defaults={"opens_at": "2020-01-01T00:00Z"})
    ground_truths.store_ground_truth(labels, name="Demo labels", is_demo=True)
    chair = Team.objects.create_superuser("Chair", "chair@example.org", "correct horse battery staple")
    chair.replace_email("chair@example.org", verified=True)
    team = Team.objects.create_user("Team Alpha", "alpha@example.org", make_password(None))
    submission = submissions.create_submission(
        team=team,
        upload=SimpleUploadedFile("x.csv", b"x"),
        resolution=28,
        model_name="Model",
        description="Text.",
    )
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.text} {message.location}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda r: complaints.append(f"{r.url} {r.status}") if r.status >= 400 else None)

    page.goto(f"{live_server.url}/admin/")
    page.fill("input[name=login]", "Chair")
    page.fill("input[name=password]", "correct horse battery staple")
    page.click("main button[type=submit]")
    page.wait_for_url("**/admin/")
    assert page.locator("h1").first.inner_text() == "Organizing the challenge"

    for address in ("accounts/team/", "challenge/phase/", "challenge/groundtruth/", "challenge/phase/add/"):
        page.goto(f"{live_server.url}/admin/{address}")
    page.locator("a:has-text('Now')").first.click()  # drawn by the admin's own script
    assert page.input_value("input[name=opens_at_1]")
    page.goto(f"{live_server.url}/admin/accounts/team/{team.pk}/change/")

    page.goto(f"{live_server.url}/admin/challenge/submission/")
    page.click(".field-model_name a")
    page.wait_for_url(f"**/{submission.pk}/change/")
    assert page.locator("text=x.csv").count()
    page.go_back()
    page.check("input[name=_selected_action]")
    page.select_option("select[name=action]", "disqualify")
    page.click("button[name=index]")
    page.fill("textarea[name=reason]", "Trained on the test set.")
    page.click("input[value=Disqualify]")
    page.wait_for_selector("text=Submissions disqualified: 1.")
    submission.refresh_from_db()
    assert submission.disqualification_reason == "Trained on the test set."
    assert complaints == []
