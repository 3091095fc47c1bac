"""A database of the first release, with rows in all its tables: the newest version has every row and every value."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps as newest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from challenge.models import Mail, Submission
from challenge.tests.conftest import _forget_dropped_columns
from challenge.tests.test_migrations import rows_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FIRST = [("challenge", "0001_initial"), ("accounts", "0001_initial")]
SENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
DATASETS = ("pathmnist", "octmnist")
METRICS = ("auc", "balanced_accuracy", "cohen_kappa", "accuracy")
#: Values that later migrations move to other tables, with the migration.
MOVED = {"Submission": {"mail_due_at", "mail_claimed_at", "mailed_at"}}


@pytest.fixture
def first_release() -> Iterator[Apps]:
    """The tables of the first release, with a row for each state of a submission and for each kind of number."""
    apps = MigrationExecutor(connection).migrate(FIRST).apps
    _forget_dropped_columns()
    _fill(apps)
    yield apps
    call_command("migrate", verbosity=0)


def _fill(apps: Apps) -> None:
    def model(name: str):
        return apps.get_model("challenge", name).objects

    teams = [
        apps.get_model("accounts", "Team").objects.create(
            name=name, name_key=name.lower(), email=f"team{number}@example.org", password="pbkdf2$x"
        )
        for number, name in enumerate(("Ünïcode 模型", "Beta"))
    ]
    phase = model("Phase").create(name="First", opens_at=SENT - timedelta(days=1))
    labels = model("GroundTruth").create(name="Official", checksum="a" * 64, activated_at=SENT)
    for number, status in enumerate(("queued", "scoring", "scored", "scored", "failed")):
        submission = model("Submission").create(
            team=teams[number % 2],
            phase=phase,
            created_at=SENT + timedelta(minutes=number),
            resolution=28,
            model_name=f"Model {number} <b>",
            description="Words, “quoted”.",
            file=f"1/file-{number}.csv",
            file_name="Vorhersagen é.csv",
            file_size=1000 + number,
            sha256=str(number) * 64,
            mail_due_at=SENT if status in ("scored", "failed") else None,
            disqualified_at=SENT if number == 3 else None,
            disqualification_reason="A reason." if number == 3 else "",
        )
        scored = status == "scored"
        evaluation = model("Evaluation").create(
            submission=submission,
            ground_truth=labels,
            scorer_version="1",
            status=status,
            scored_at=SENT if scored else None,
            problems=["octmnist, line 3: not a number."] if status == "failed" else [],
            **(dict.fromkeys(METRICS, 1 / 3 + number) if scored else {}),
        )
        for dataset in DATASETS if scored else ():
            model("DatasetScore").create(
                evaluation=evaluation, dataset=dataset, **dict.fromkeys(METRICS, 0.1 + number / 7)
            )
    method = model("PublishedMethod").create(scheme="knn", architecture="vgg16", resolution=28)
    model("PublishedScore").create(
        method=method, source="thesis2024", dataset="pathmnist", metric="auc", mean=0.123456789012345
    )


def test_every_row_and_value_arrives_and_pages_show_them(first_release, client):
    before = rows_of(first_release)
    assert all(before.values()), "a table of the first release has no row here"
    call_command("migrate", verbosity=0)
    check_rows(before, rows_of(newest))
    check_mails()
    scored = Submission.objects.get(model_name="Model 2 <b>")
    page = client.get(scored.get_absolute_url())
    assert page.status_code == 200
    assert "Model 2 &lt;b&gt;" in page.text
    assert client.get("/leaderboard/?resolution=28").status_code == 200


def check_rows(before: dict[str, list[dict]], after: dict[str, list[dict]]) -> None:
    for name, rows in before.items():
        found = {row["id"]: row for row in after[name]}
        for row in rows:
            kept = {field for field in row if field in found[row["id"]]}
            assert {*row} - kept <= MOVED.get(name, set()), name
            assert {field: found[row["id"]][field] for field in kept} == {field: row[field] for field in kept}


def check_mails() -> None:
    """Values that were moved: the first outcomes, and the mails about them."""
    assert Submission.objects.exclude(first_outcome_at=None).count() == 3
    mails = Mail.objects.select_related("team")
    assert {mail.team and mail.team.email for mail in mails} == {"team0@example.org", "team1@example.org"}
    assert len(mails) == 3
