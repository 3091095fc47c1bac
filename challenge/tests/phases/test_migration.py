"""Migration to phases with boards: every row stays, and every entry is as public as before."""

from datetime import UTC, datetime

import pytest

from challenge.tests.test_migrations import rows_of

pytestmark = pytest.mark.django_db(transaction=True)

DUE = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_every_row_stays_forwards_and_backwards(migrate):
    apps = migrate("0037_privacy_of_checks")
    team = apps.get_model("accounts", "Team").objects.create(name="Team", name_key="team")
    phases = apps.get_model("challenge", "Phase").objects
    for name in ("Winter", "Spring"):
        phase = phases.create(name=name, opens_at=DUE)
        apps.get_model("challenge", "Submission").objects.create(
            team=team, phase=phase, resolution=28, model_name=name, file_size=1
        )
    lines = apps.get_model("challenge", "BoardLine").objects
    lines.create(resolution=28, scored_by="0 1", key="s1", version="1", shown="{}")
    before = rows_of(apps)
    after = rows_of(migrate("0039_withheld_datasets"))
    assert after.pop("WithheldDataset") == []
    assert [row.pop("awaits_publication") for row in after["Submission"]] == [False, False]
    assert [row.pop("board") for row in after["BoardLine"]] == [0]
    assert {(row.pop("publishes_at_once"), row.pop("published_at")) for row in after["Phase"]} == {
        (True, None)
    }
    assert after == before
    assert rows_of(migrate("0037_privacy_of_checks")) == before
