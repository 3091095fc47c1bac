"""Migration to evidence: entries stay as they are, and kept boards without evidence are forgotten."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_entries_stay_and_kept_boards_go(migrate):
    old = migrate("0035_privacy_of_releases")
    team = old.get_model("accounts", "Team").objects.create(name="Team", name_key="k")
    phase = old.get_model("challenge", "Phase").objects.get()
    entry = old.get_model("challenge", "Submission").objects.create(
        team=team,
        phase=phase,
        resolution=28,
        model_name="Kept",
        file_size=1,
        study_url="https://doi.org/10.1/x",
    )
    old.get_model("challenge", "BoardLine").objects.create(resolution=28, key="s1", version="v", shown="{}")
    old.get_model("challenge", "BoardResult").objects.create(
        name="lines?resolution=28", asked_on="2027-01-01"
    )
    new = migrate("0037_privacy_of_checks")
    assert not new.get_model("challenge", "BoardLine").objects.exists()
    assert not new.get_model("challenge", "BoardResult").objects.exists()
    kept = new.get_model("challenge", "Submission").objects.select_related("phase").get(pk=entry.pk)
    assert (kept.model_name, kept.study_url) == ("Kept", "https://doi.org/10.1/x")
    assert (kept.predictions_licence, kept.awaits_checks, kept.phase.holds_flagged) == ("", False, False)
    back = migrate("0035_privacy_of_releases").get_model("challenge", "Submission").objects
    assert back.get(pk=entry.pk).model_name == "Kept"
