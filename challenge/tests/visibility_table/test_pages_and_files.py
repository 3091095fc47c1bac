"""Names of the team on the board, on the page of its entry, and in files."""

import json

import pytest

from challenge.entries.figures_zip import readme
from challenge.tests.pages import element, elements, page_of, text_of
from challenge.tests.visibility_table.table import (
    ANONYMOUS,
    AUC,
    GROUP,
    MODEL,
    ORGANIZER,
    OWN_TEAM,
    READER,
    SIGNS_OF_THE_TEAM,
    STATES,
    TEAM,
    VISITORS,
    whole,
)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_board_has_the_entry_if_its_scores_are_public(state, site):
    site.bring_into(state)
    for visitor in VISITORS:
        rows = json.loads(site.visitors[visitor].get("/leaderboard.json?entries=all").content)["rows"]
        teams = {row["name"]: row["team"] for row in rows}
        shown = ANONYMOUS if state.is_hidden else TEAM
        expected = {MODEL: shown, GROUP: shown} if state.has_public_scores else {}
        assert teams == expected | {"Model of the rival": "Team Beta", "VGG16, k-NN": None}


@pytest.mark.parametrize("state", STATES, ids=str)
def test_its_own_page_names_the_team_to_insiders_and_says_what_others_see(state, site):
    site.bring_into(state)
    for visitor in (OWN_TEAM, ORGANIZER):
        page = page_of(site.visitors[visitor], f"/submissions/{site.entry.pk}/")
        assert f"by {TEAM}" in text_of(page)
        assert f"{AUC:.4f}" in text_of(page)
        assert ("anonymous to others" in page) == state.is_hidden
        assert ("It is not ranked" in page) == (state.is_withdrawn or state.visibility == "private")


@pytest.mark.parametrize("state", [s for s in STATES if s.has_public_page and s.is_withdrawn], ids=str)
def test_of_a_withdrawn_entry_others_see_name_team_and_date(state, site):
    site.bring_into(state)
    page = page_of(site.visitors[READER], f"/submissions/{site.entry.pk}/")
    assert text_of(element(page, "h1")) == MODEL
    assert f"by {ANONYMOUS if state.is_hidden else TEAM}" in text_of(page)
    assert "Withdrawn on 2 Mar 2026" in text_of(page)
    assert elements(page, "table, figure, .fact") == []


HIDDEN = [state for state in STATES if state.is_hidden and state.has_public_scores]


@pytest.mark.parametrize("state", HIDDEN, ids=str)
def test_the_files_of_a_hidden_team_are_the_same_for_its_team(state, site):
    """A file is passed on, so it must not contain more than others may know."""
    site.bring_into(state)
    entry, group = site.entry.pk, site.group.pk
    for address in (
        *(f"/submissions/{entry}/result.json", f"/submissions/{entry}/figures.json"),
        *(f"/groups/{group}/result.json", "/leaderboard.csv?entries=all"),
    ):
        text = whole(site.visitors[OWN_TEAM].get(address))
        assert [sign for sign in SIGNS_OF_THE_TEAM if sign in text] == [], address
    site.entry.refresh_from_db()
    text = readme(site.entry, site.entry.evaluations.get())
    assert [sign for sign in SIGNS_OF_THE_TEAM if sign in text] == []
    assert "Submitted:    01 March 2026\n" in text
    document = json.loads(site.visitors[READER].get(f"/submissions/{entry}/result.json").content)
    assert document["submitted_at"] == document["scored_at"] == "2026-03-01T00:00:00Z"
    assert document["sha256"] is document["study_url"] is document["code_url"] is None
