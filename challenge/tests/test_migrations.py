"""Migrations of a database of an earlier version, forwards and backwards, without losing a row."""

import importlib
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection

from challenge.content.bibliography import shipped_works
from challenge.models import Mail, Submission
from challenge.notifications.sending import send
from challenge.services import mails

pytestmark = pytest.mark.django_db(transaction=True)

DUE = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLAIMED, SENT = DUE + timedelta(seconds=1), DUE + timedelta(seconds=2)

#: For each mail: columns of the submission (up to migration 8) and of the mail's own row (since migration 10).
MAILS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "no outcome yet": ({}, None),
    "due": (
        {"mail_due_at": DUE},
        {"status": "queued", "queued_at": DUE, "claimed_at": None, "attempts": 0, "sent_at": None},
    ),
    "claimed": (
        {"mail_due_at": DUE, "mail_claimed_at": CLAIMED},
        {"status": "sending", "queued_at": DUE, "claimed_at": CLAIMED, "attempts": 1, "sent_at": None},
    ),
    "sent": (
        {"mail_due_at": DUE, "mail_claimed_at": CLAIMED, "mailed_at": SENT},
        {"status": "sent", "queued_at": DUE, "claimed_at": CLAIMED, "attempts": 1, "sent_at": SENT},
    ),
}


@pytest.fixture
def old(migrate) -> Apps:
    """The tables after migration 8, with a submission for each state of a mail."""
    apps = migrate("0008_references_for_intervals")
    team = apps.get_model("accounts", "Team").objects.create(name="Team", name_key="team")
    phase = apps.get_model("challenge", "Phase").objects.create(name="Phase", opens_at=DUE)
    labels = apps.get_model("challenge", "GroundTruth").objects.create(name="Labels", checksum="0" * 64)
    evaluations = apps.get_model("challenge", "Evaluation").objects
    for name, (columns, _) in MAILS.items():
        submission = apps.get_model("challenge", "Submission").objects.create(
            team=team, phase=phase, resolution=28, model_name=name, file_size=1, **columns
        )
        evaluation = evaluations.create(submission=submission, ground_truth=labels, scorer_version="1")
    apps.get_model("challenge", "FurtherMetrics").objects.create(
        evaluation=evaluation, datasets={"pathmnist": {"log_loss": 0.25}}
    )
    return apps


def rows_of(apps: Apps) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of the challenge and the accounts, by model."""
    models = [*apps.get_app_config("challenge").get_models(), *apps.get_app_config("accounts").get_models()]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_every_row_arrives_with_its_outcome_and_its_mail(old, migrate):
    before = rows_of(old)
    after = rows_of(migrate("0011_submissions_without_mails"))
    mails_after = {row.pop("submission_id"): row for row in after.pop("OutcomeMail")}
    for row in after["Submission"]:
        columns, mail = MAILS[row["model_name"]]
        assert row.pop("first_outcome_at") == columns.get("mail_due_at")
        if mail:
            found = mails_after.pop(row["id"])
            assert found == {**mail, "id": found["id"], "created_at": DUE}
    assert not mails_after
    for row in before["Submission"]:
        for column in ("mail_due_at", "mail_claimed_at", "mailed_at"):
            del row[column]
    assert after == before


def test_secondary_metrics_keep_their_rows_under_their_new_name(old, migrate):
    before = rows_of(old)["FurtherMetrics"]
    assert before
    assert rows_of(migrate("0012_secondary_metrics"))["SecondaryMetrics"] == before
    assert rows_of(migrate("0008_references_for_intervals"))["FurtherMetrics"] == before


def test_the_way_back_loses_nothing(old, migrate):
    before = rows_of(old)
    migrate("0011_submissions_without_mails")
    assert rows_of(migrate("0008_references_for_intervals")) == before


def test_on_the_way_back_no_mail_is_sent_again(old, migrate):
    OutcomeMailOfOld = migrate("0011_submissions_without_mails").get_model("challenge", "OutcomeMail")  # noqa: N806
    OutcomeMailOfOld.objects.filter(status="sending").update(status="failed")
    submissions = migrate("0008_references_for_intervals").get_model("challenge", "Submission").objects
    assert submissions.get(model_name="claimed").mailed_at == CLAIMED


def test_filling_twice_adds_nothing(old, migrate):
    migrate("0010_fill_outcome_mails")
    with (
        connection.cursor() as cursor
    ):  # as if the migration had been interrupted before it was recorded as done
        cursor.execute("DELETE FROM django_migrations WHERE name = '0010_fill_outcome_mails'")
    apps = migrate("0011_submissions_without_mails")
    assert apps.get_model("challenge", "OutcomeMail").objects.count() == 3


def test_each_mail_gets_its_team_and_its_text(old, migrate):
    evaluations = old.get_model("challenge", "Evaluation").objects
    evaluations.filter(submission__model_name="sent").update(scored_at=DUE)
    apps = migrate("0028_texts_of_mails")
    mails_after = {
        mail.submission.model_name: mail for mail in apps.get_model("challenge", "Mail").objects.all()
    }
    assert {name: mail.name for name, mail in mails_after.items()} == {
        "due": "errors_in_file",
        "claimed": "errors_in_file",
        "sent": "scored",
    }
    for name, mail in mails_after.items():
        assert mail.team_id == mail.submission.team_id
        assert (mail.sent_at is not None) == (name == "sent")
        evaluation = mail.submission.evaluations.get().pk
        assert mail.context == ({} if name == "sent" else {"evaluation": evaluation})


def test_mails_that_earlier_versions_do_not_know_are_left_behind(old, migrate):
    mails_of_new = migrate("0028_texts_of_mails").get_model("challenge", "Mail").objects
    first = mails_of_new.get(submission__model_name="sent")
    for name in ("scored_after_fault", "disqualified"):
        mails_of_new.create(team_id=first.team_id, submission_id=first.submission_id, name=name)
    mails_of_new.create(team_id=first.team_id, name="letter")
    before = migrate("0020_history").get_model("challenge", "OutcomeMail").objects
    assert sorted(before.values_list("submission__model_name", flat=True)) == ["claimed", "due", "sent"]


def test_what_was_unsent_is_sent_after_the_migration(old, mailoutbox, monkeypatch):
    old.get_model("accounts", "Team").objects.update(email="team@example.org")
    call_command("migrate", verbosity=0)
    monkeypatch.setattr(mails.queue, "enqueue_mail", send)
    assert mails.requeue_lost(DUE + timedelta(minutes=10)) == 2
    assert len(mailoutbox) == 2
    sent = Mail.objects.filter(status=Mail.Status.SENT)
    assert sent.count() == Submission.objects.exclude(first_outcome_at=None).count() == 3


@pytest.fixture
def old_references(migrate) -> Apps:
    """Bibliography at migration 12; organizers changed one work and added another."""
    apps = migrate("0012_secondary_metrics")
    references = apps.get_model("challenge", "Reference").objects
    references.all().delete()
    correct = importlib.import_module("challenge.migrations.0013_correct_references")
    for key, before in correct.BEFORE.items():
        references.create(**{**shipped_works()[key], **before})
    references.filter(key="koh2021wilds").update(summary="Our own words.", topic="methods")
    liver = shipped_works()["bilic2023liver"] | {"key": "lits2023", "summary": "Listed by us."}
    references.create(**liver)
    return apps


def references_of(apps: Apps) -> dict[str, dict[str, Any]]:
    rows: list[dict[str, Any]] = rows_of(apps)["Reference"]
    return {row.pop("key"): row for row in rows}


def test_stored_references_are_corrected_and_changed_ones_kept(old_references, migrate):
    before = references_of(old_references)
    after = references_of(migrate("0013_correct_references"))
    for key in ("doerrich2025rethinking", "woerner2025comprehensive"):
        shipped = {field: value for field, value in shipped_works()[key].items() if field != "key"}
        assert after[key] == {**shipped, "id": before[key]["id"]}
        assert after[key] != before[key]
    assert after["koh2021wilds"] == before["koh2021wilds"]
    assert after["lits2023"] == before["lits2023"]
    assert "bilic2023liver" not in after, "the organizers list the work under their own key"
    assert "yang2023medmnist" not in after, "what organizers deleted stays deleted"
    assert after["tampu2022inflation"]["bibtex"] == shipped_works()["tampu2022inflation"]["bibtex"]
    assert references_of(migrate("0012_secondary_metrics")) == after


def test_correcting_keeps_the_other_fields_of_a_changed_row(old_references, migrate):
    references = old_references.get_model("challenge", "Reference").objects
    references.filter(key="doerrich2025rethinking").update(venue="Sci. Rep.")
    after = references_of(migrate("0013_correct_references"))["doerrich2025rethinking"]
    assert after["venue"] == "Sci. Rep."
    assert "pages = {7669}" in after["bibtex"]


#: Problems that earlier versions stored, and the cause of the failure.
OLD_WORDS = [
    (["The submission could not be scored because of a fault on our side. Please submit it again."], "site"),
    (["We could not score this submission because of a fault on our side. It does not count."], "site"),
    (["Scoring took longer than the time limit of 60 s and was stopped."], "time"),
    (["Your team withdrew this entry and deleted its file before the file was scored."], "deleted"),
    (["octmnist, line 3: the word 'because of a fault on our side' is not a number."], "file"),
    ([], "file"),
]


def test_failures_get_their_cause_and_no_row_changes_otherwise(migrate):
    apps = migrate("0015_life_of_entries")
    team = apps.get_model("accounts", "Team").objects.create(name="Team", name_key="team")
    phase = apps.get_model("challenge", "Phase").objects.create(name="Phase", opens_at=DUE)
    labels = apps.get_model("challenge", "GroundTruth").objects.create(name="Labels", checksum="0" * 64)
    Submission, Evaluation = (apps.get_model("challenge", name) for name in ("Submission", "Evaluation"))  # noqa: N806
    visibilities = cycle(["public", "anonymous", "private"])
    for (words, cause), visibility in zip([*OLD_WORDS, ([], "")], visibilities, strict=False):
        submission = Submission.objects.create(
            team=team, phase=phase, resolution=28, model_name=cause, file_size=1, visibility=visibility
        )
        status = "failed" if cause else "scored"
        Evaluation.objects.create(
            submission=submission, ground_truth=labels, scorer_version="1", status=status, problems=words
        )
    before = rows_of(apps)
    after = rows_of(migrate("0016_cause_of_failure"))
    causes = [row.pop("failure") for row in after["Evaluation"]]
    assert causes == [row["model_name"] for row in after["Submission"]]
    for row in after["Submission"]:
        assert row.pop("sent_anonymous") == (row["visibility"] == "anonymous")
    assert after == before
    assert rows_of(migrate("0015_life_of_entries")) == before


@pytest.mark.parametrize(
    ("status", "version"), [("done", "1"), ("queued", ""), ("running", ""), ("failed", "")]
)
def test_results_of_uncertainties_keep_their_version(old, migrate, status, version):
    before = migrate("0016_cause_of_failure")
    evaluation = before.get_model("challenge", "Evaluation").objects.first()
    before.get_model("challenge", "Uncertainty").objects.create(
        evaluation_id=evaluation.pk, bootstrap_version="1", status=status, mean_replicates=b"1234"
    )
    rows = rows_of(before)["Uncertainty"]
    (after,) = rows_of(migrate("0017_results_of_earlier_bootstraps"))["Uncertainty"]
    assert (after.pop("results_version"), after.pop("standard_errors")) == (version, {})
    assert [after] == rows
    assert rows_of(migrate("0016_cause_of_failure"))["Uncertainty"] == rows


def test_stored_replicates_stay_and_resampled_datasets_are_still_missing(old, migrate):
    apps = migrate("0017_results_of_earlier_bootstraps")
    evaluation = apps.get_model("challenge", "Evaluation").objects.first()
    stored = {"mean_replicates": b"\x01" * 16, "dataset_replicates": b"\x02" * 16, "status": "done"}
    apps.get_model("challenge", "Uncertainty").objects.create(
        evaluation_id=evaluation.pk, bootstrap_version="1", queued_at=DUE, **stored
    )
    before = rows_of(apps)["Uncertainty"]
    after = rows_of(migrate("0018_resampled_datasets"))["Uncertainty"]
    assert after == [row | {"resampled_dataset_means": b""} for row in before]
    assert rows_of(migrate("0017_results_of_earlier_bootstraps"))["Uncertainty"] == before
