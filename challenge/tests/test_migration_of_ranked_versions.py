"""Migration to the ranked versions: entries stay ranked by what ranked them before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps.registry import Apps

from challenge.tests.test_migrations import rows_of

pytestmark = pytest.mark.django_db(transaction=True)

DUE = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def before_ranked_versions(migrate) -> Apps:
    """The tables before the ranked versions were a row: labels, a scored entry, and one that failed again."""
    apps = migrate("0020_history")
    team = apps.get_model("accounts", "Team").objects.create(name="Team", name_key="team")
    phase = apps.get_model("challenge", "Phase").objects.create(name="Phase", opens_at=DUE)
    labels = apps.get_model("challenge", "GroundTruth").objects
    old = labels.create(name="Old", checksum="0" * 64, activated_at=DUE)
    new = labels.create(name="New", checksum="1" * 64, activated_at=DUE + timedelta(days=1))
    evaluations = apps.get_model("challenge", "Evaluation").objects
    for name, outcome in (("scored", {"scored_at": DUE}), ("failed again", {"failure": "site"})):
        submission = apps.get_model("challenge", "Submission").objects.create(
            team=team, phase=phase, resolution=28, model_name=name, file_size=1
        )
        scores = {"submission": submission, "status": "scored", "scored_at": DUE}
        evaluations.create(ground_truth=old, scorer_version="1", **scores)
        status = "failed" if "failure" in outcome else "scored"
        evaluations.create(
            submission=submission,
            ground_truth=new,
            scorer_version="1",
            status=status,
            queued_at=DUE,
            **outcome,
        )
    return apps


def test_entries_are_ranked_by_the_same_versions_as_before(before_ranked_versions, migrate):
    before = rows_of(before_ranked_versions)
    apps = migrate("0026_official_labels")
    (ranked,) = apps.get_model("challenge", "RankedVersions").objects.all()
    assert (ranked.ground_truth.name, ranked.scorer_version) == ("New", "1")
    evaluations = apps.get_model("challenge", "Evaluation").objects.filter(broke_again_at__isnull=False)
    assert [(e.submission.model_name, e.broke_again_at) for e in evaluations] == [("failed again", DUE)]
    after = rows_of(apps)
    for name in ("Submission", "Evaluation", "GroundTruth"):
        kept = [{column: row[column] for column in before[name][0]} for row in after[name]]
        assert kept == before[name]
