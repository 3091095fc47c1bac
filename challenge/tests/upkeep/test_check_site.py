"""Command `manage.py check_site`: each check passes on a complete site, and fails where something is missing."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from smtplib import SMTPAuthenticationError

import pytest
from django.core.mail import get_connection
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import Team
from challenge.models import GroundTruth, Phase, PublishedMethod, Release, SitePage, Sweep
from challenge.tests.releases.frozen import freeze
from challenge.upkeep import setting_checks
from challenge.upkeep.findings import CONTENT, SETTINGS

NO_SERVER = "django.core.mail.backends.console.EmailBackend"
MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEAD_CACHE = {
    "default": {"BACKEND": "bigsite.caches.TolerantRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
}


def check() -> tuple[list[str], int]:
    """Return the lines about what is missing, and the exit status."""
    output = StringIO()
    try:
        call_command("check_site", stdout=output, no_color=True)
    except CommandError as error:
        status = error.returncode
    else:
        status = 0
    return [line for line in output.getvalue().splitlines() if line.startswith("MISSING")], status


def test_a_complete_site_has_what_it_needs(complete_site):
    assert check() == ([], 0)


def set_to(**values: object) -> Callable:
    def change(settings) -> None:
        for name, value in values.items():
            setattr(settings, name, value)

    return change


def remove(model: type) -> Callable:
    return lambda settings: model.objects.all().delete()  # type: ignore[attr-defined]


def add_dead_bucket(settings) -> None:
    keys = {"access_key": "someone", "secret_key": "secret"}
    options = {"bucket_name": "big", "endpoint_url": "http://127.0.0.1:1", **keys}
    settings.STORAGES = settings.STORAGES | {
        "bucket": {"BACKEND": "bigsite.bucket.BucketStorage", "OPTIONS": options}
    }


#: For each way to break the site: name of the check, how, and a part of its line.
BROKEN: dict[str, tuple[str, Callable, str]] = {
    "debug": ("Debug mode", set_to(DEBUG=True), "Set DEBUG=off."),
    "short key": ("Secret key", set_to(SECRET_KEY="secret"), "Leave SECRET_KEY empty"),
    "one character": ("Secret key", set_to(SECRET_KEY="a" * 60), "Leave SECRET_KEY empty"),
    "key of the demo": ("Secret key", set_to(SECRET_KEY="demo-only" + "abcdef" * 10), "can be guessed"),
    "local": ("Address of the site", set_to(SITE_URL="https://localhost:8000"), "Set SITE_URL"),
    "example": ("Address of the site", set_to(SITE_URL="https://big.example.org"), "Set SITE_URL"),
    "every host": ("Address of the site", set_to(ALLOWED_HOSTS=["*"]), "Set ALLOWED_HOSTS=big.uni.edu."),
    "other host": ("Address of the site", set_to(ALLOWED_HOSTS=["uni.edu"]), "Add big.uni.edu to ALLOWED_HOSTS."),
    "no TLS": ("HTTPS", set_to(SITE_URL="http://big.uni.edu"), "begin SITE_URL with https://"),
    "no contact": ("Contact", set_to(CONTACT_EMAIL=""), "Set CONTACT_EMAIL"),
    "contact of the example": ("Contact", set_to(CONTACT_EMAIL="big@example.org"), "Set CONTACT_EMAIL"),
    "local sender": ("Contact", set_to(DEFAULT_FROM_EMAIL="big@localhost"), "Set DEFAULT_FROM_EMAIL"),
    "printed mails": ("Mail server", set_to(EMAIL_BACKEND=NO_SERVER), "Set EMAIL_URL"),
    "own caches": ("Cache", set_to(CACHES=MEMORY), "Set CACHE_URL"),
    "dead cache": ("Cache", set_to(CACHES=DEAD_CACHE), "does not answer. Look at CACHE_URL."),
    "dead bucket": ("Stored files", add_dead_bucket, "Look at S3_BUCKET, S3_ENDPOINT_URL"),
    "no administrator": ("Administrator", remove(Team), "Run `manage.py setup`"),
    "inactive": ("Administrator", lambda settings: Team.objects.update(is_active=False), "`manage.py setup`"),
    "no labels": (
        "Test labels",
        lambda settings: GroundTruth.objects.update(activated_at=None),
        "Nothing can be scored.",
    ),
    "demo": ("Test labels", lambda settings: GroundTruth.objects.update(is_demo=True), "synthetic"),
    "lost labels": (
        "Test labels",
        lambda settings: GroundTruth.objects.update(checksum="0" * 64),
        "of the labels is gone.",
    ),
    "no published": ("Published results", remove(PublishedMethod), "`manage.py import_reported_baselines`"),
    "gaps": (
        "Texts",
        lambda settings: SitePage.objects.create(slug="privacy", body="[organizers: name the authority.]"),
        "gaps in brackets (Privacy 1)",
    ),
    "no phase": ("Phase", remove(Phase), "No phase takes submissions, and none is planned."),
    "release that failed": (
        "Releases",
        lambda settings: Release.objects.create(name="2027.1", status=Release.Status.FAILED),
        "BIG 2027.1 was not frozen.",
    ),
    "lost archive": ("Releases", lambda settings: freeze().archive_path.unlink(), "of BIG 2027.1 is gone."),
    "changed archive": (
        "Releases",
        lambda settings: freeze().archive_path.write_bytes(b"something else"),
        "of BIG 2027.1 was changed.",
    ),
    "no worker": ("Worker", remove(Sweep), "The worker was never seen."),
    "old worker": (
        "Worker",
        lambda settings: Sweep.objects.update(ended_at=timezone.now() - timedelta(minutes=4)),
        "The worker was last seen on ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", BROKEN)
def test_a_broken_site_is_told_what_to_do(way, complete_site):
    name, break_it, part = BROKEN[way]
    break_it(complete_site)
    (line,), status = check()
    assert line.startswith(f"MISSING  {name}: ")
    assert part in line
    assert status == 1


def test_a_mail_server_that_cannot_be_reached(complete_site, monkeypatch):
    monkeypatch.setattr(setting_checks, "get_connection", get_connection)
    complete_site.EMAIL_HOST, complete_site.EMAIL_PORT = "127.0.0.1", 1
    (line,), status = check()
    assert line.startswith("MISSING  Mail server: The mail server 127.0.0.1:1 does not work (")
    assert status == 1


def test_a_mail_server_that_refuses_the_password(complete_site, monkeypatch):
    def refuse():
        raise SMTPAuthenticationError(535, b"wrong password")

    monkeypatch.setattr(setting_checks, "get_connection", refuse)
    (line,), _ = check()
    assert "wrong password" in line
    assert "Look at EMAIL_URL." in line


def test_a_folder_that_cannot_be_written(complete_site, tmp_path):
    """As root, every folder can be written; a folder that is missing cannot."""
    complete_site.SUBMISSION_DIR = tmp_path / "gone"
    (line,), status = check()
    assert line.startswith(f"MISSING  Folders: This user cannot write to {tmp_path / 'gone'}.")
    assert status == 1


@pytest.mark.parametrize("storage", ["StaticFilesStorage", "ManifestStaticFilesStorage"])
def test_static_files_that_were_not_collected(storage, complete_site, tmp_path):
    backend = f"django.contrib.staticfiles.storage.{storage}"
    complete_site.STORAGES = complete_site.STORAGES | {"staticfiles": {"BACKEND": backend}}
    complete_site.STATIC_ROOT = tmp_path / "nothing"
    (line,), status = check()
    assert (
        line == "MISSING  Static files: Pages have no style sheets. Run `manage.py collectstatic --noinput`."
    )
    assert status == 1


def test_labels_that_are_not_official_are_named(complete_site):
    GroundTruth.objects.update(is_official=False)
    (line,), _ = check()
    assert "are not the official labels" in line


def test_without_tables_the_settings_are_still_checked(complete_site):
    complete_site.CONTACT_EMAIL = ""
    MigrationRecorder.Migration.objects.filter(app="challenge").delete()
    lines, status = check()
    assert [line.partition(":")[0] for line in lines] == ["MISSING  Contact", "MISSING  Database"]
    assert "Run `manage.py migrate`." in lines[1]
    assert status == 1


def test_every_check_is_seen_to_fail():
    elsewhere = {"Mail server", "Folders", "Static files"}
    assert {name for name, *_ in BROKEN.values()} | elsewhere == {*SETTINGS, *CONTENT}
